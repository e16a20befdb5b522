# The one image: all servers of Milepost, each started by its name.
#
#   docker run IMAGE milestone_billing serve|migrate|health [--flag=value …]
#
# ./dev image builds it with docker, podman or buildah; tests/arch/dockerfile_test.cc reads it in every ./dev check.
# Stages, in the order in which they change: packages (the current stack, in the versions of .ci/stack/current.lock where they
# can still be had), build (the sources), stories (the player of the end-to-end stories, for ./dev image --test; not in the
# product), collected (the product's file system, put together) and the product itself, which holds nothing else.
# No `# syntax` line: a builder would fetch that frontend from a registry. All that is used here, docker's BuildKit,
# podman 4 and buildah 1.28 know.

FROM docker.io/library/debian:sid-slim AS packages
# Copied, not mounted: podman takes a layer from its cache although a file that is mounted into it has changed.
COPY .ci/packages.list .ci/stack/current.lock .ci/stack/preferences .ci/image/install_stack /stack/
RUN /stack/install_stack /stack/packages.list /stack

FROM packages AS build
WORKDIR /src
# The compiler's cache outlives the layer: after a change of one file only what it touches is compiled. The sloppiness is
# what ccache asks for before it keeps anything that was compiled with a precompiled header.
ENV CCACHE_DIR=/var/cache/ccache CCACHE_BASEDIR=/src CCACHE_COMPILERCHECK=content CCACHE_SLOPPINESS=pch_defines,time_macros
COPY CMakeLists.txt CMakePresets.json ./
COPY cmake cmake
COPY protos protos
COPY common common
COPY services services
# What the servers say; there is no git here to ask.
ARG VERSION
RUN --mount=type=cache,target=/var/cache/ccache \
    cmake --preset release -DMILEPOST_TESTS=OFF -DMILEPOST_VERSION="$VERSION" && \
    ninja -C build/release gig_catalog offer_service milestone_billing payment_simulator protoset && \
    mkdir -p /out/usr/local/bin /out/usr/local/share/milepost && \
    strip -o /out/usr/local/bin/gig_catalog build/release/bin/gig_catalog && \
    strip -o /out/usr/local/bin/offer_service build/release/bin/offer_service && \
    strip -o /out/usr/local/bin/milestone_billing build/release/bin/milestone_billing && \
    strip -o /out/usr/local/bin/payment_simulator build/release/bin/payment_simulator && \
    cp build/release/protos/milepost.protoset /out/usr/local/share/milepost/
COPY .ci/image/milepost.cc .ci/image/
RUN g++ -std=c++20 -O2 -s -o /out/usr/local/bin/milepost .ci/image/milepost.cc

FROM build AS build-stories
COPY tests tests
RUN --mount=type=cache,target=/var/cache/ccache \
    cmake --preset release -DMILEPOST_TESTS=ON && \
    ninja -C build/release stories && \
    mkdir -p /stories && \
    strip -o /stories/stories build/release/bin/stories

FROM build-stories AS stories
USER 10001:10001
ENTRYPOINT ["/stories/stories"]

FROM build AS collected
COPY .ci/image/collect .ci/image/compiled_in .ci/image/sbom .ci/image/
ARG VERSION=unknown
RUN .ci/image/collect /out /collected/product && \
    .ci/image/compiled_in build/release >/collected/compiled_in && \
    .ci/image/sbom /collected/product /stack/current.lock "$VERSION" /collected/compiled_in

FROM scratch AS product
COPY --from=collected /collected/product/ /
# A number, not a name: Kubernetes can tell only of a number that it is not root's (runAsNonRoot).
USER 10001:10001
# An address that the command health finds too; every flag can be given as MILEPOST_<FLAG>.
ENV PATH=/usr/local/bin MILEPOST_LISTEN=0.0.0.0:50051
EXPOSE 50051
ENTRYPOINT ["/usr/local/bin/milepost"]
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Milepost" \
      org.opencontainers.image.description="gig_catalog, offer_service, milestone_billing and payment_simulator" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION"
