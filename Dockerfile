# The one image: all servers of Milepost, each started by its name.
#
#   docker run IMAGE milestone_billing serve|migrate|health [--flag=value …]
#
# ./dev image builds it with docker, podman or buildah; tests/arch/dockerfile_test.cc reads it in every ./dev check.
# Stages, in the order in which they change: packages (the list of Debian packages), build (the sources), stories (the
# player of the end-to-end stories, for ./dev image --test; not in the product), and the product itself.
# No `# syntax` line: a builder would fetch that frontend from a registry. All that is used here, docker's BuildKit,
# podman 4 and buildah 1.28 know.

FROM docker.io/library/debian:bookworm-slim AS packages
# Copied, not mounted: podman takes a layer from its cache although a file that is mounted into it has changed.
COPY .ci/packages.list /tmp/packages.list
RUN apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      $(awk -F '|' '$1 ~ /^build *$/ { print $2 }' /tmp/packages.list) && \
    rm -rf /var/lib/apt/lists/*

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
COPY --chmod=0755 .ci/image/milepost /out/usr/local/bin/milepost

FROM build AS build-stories
COPY tests tests
RUN --mount=type=cache,target=/var/cache/ccache \
    cmake --preset release -DMILEPOST_TESTS=ON && \
    ninja -C build/release stories && \
    strip -o /out/usr/local/bin/stories build/release/bin/stories

# What the servers load at run time, by name and without anything that compiles.
FROM docker.io/library/debian:bookworm-slim AS runtime
RUN apt-get update && \
    DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
      libabsl20220623 \
      libgrpc++1.51 \
      libgrpc29 \
      libmysqlcppconn7v5 \
      libprometheus-cpp-core1.0 \
      libprometheus-cpp-pull1.0 \
      libprotobuf32 \
      libspdlog1.10 \
      libssl3 \
      libtcmalloc-minimal4 && \
    rm -rf /var/lib/apt/lists/* /var/cache/apt/*.bin /var/cache/ldconfig/aux-cache /var/log/apt /var/log/dpkg.log
# A number, not a name: Kubernetes can tell only of a number that it is not root's (runAsNonRoot).
USER 10001:10001
# An address that the command health finds too; every flag can be given as MILEPOST_<FLAG>.
ENV MILEPOST_LISTEN=0.0.0.0:50051
EXPOSE 50051
ENTRYPOINT ["/usr/local/bin/milepost"]

FROM runtime AS stories
COPY --from=build-stories /out/usr/local/bin/stories /usr/local/bin/stories
ENTRYPOINT ["/usr/local/bin/stories"]

FROM runtime AS product
COPY --from=build /out/ /
# Each starts and finds its libraries, or there is no image.
RUN set -e; for server in gig_catalog offer_service milestone_billing payment_simulator; do \
      milepost "$server" --help >/dev/null; done
ARG VERSION=unknown
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Milepost" \
      org.opencontainers.image.description="gig_catalog, offer_service, milestone_billing and payment_simulator" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$REVISION" \
      org.opencontainers.image.base.name="docker.io/library/debian:bookworm-slim"
