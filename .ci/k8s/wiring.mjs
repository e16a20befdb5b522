// What a server takes and what then does not work: selectors, ports and references that lead nowhere, calls that no policy
// lets through.
import { dataOf, isOurs, matches, nameOf, portsOf, portsOfContainer } from './manifests.mjs';

export const wiring = {
  'a selector selects something': function* (manifests) {
    const selects = (selector) => manifests.pods.some(({ labels }) => matches(selector, labels));
    for (const object of manifests.of('Deployment', 'StatefulSet')) {
      if (!matches(object.spec.selector, object.spec.template.metadata.labels))
        yield `${nameOf(object)}: not its own pods`;
      for (const spread of object.spec.template.spec.topologySpreadConstraints ?? []) {
        if (!matches(spread.labelSelector, object.spec.template.metadata.labels))
          yield `${nameOf(object)}: spread over others' pods`;
      }
    }
    for (const object of manifests.of('Service')) {
      const selected = manifests.pods.filter(({ labels }) => matches({ matchLabels: object.spec.selector }, labels));
      if (selected.length !== 1) yield `${nameOf(object)}: selects the pods of ${selected.length} objects`;
    }
    for (const object of manifests.of('PodDisruptionBudget', 'NetworkPolicy')) {
      if (!selects(object.spec.selector ?? object.spec.podSelector)) yield `${nameOf(object)}: selects no pods`;
    }
    for (const object of manifests.of('NetworkPolicy')) {
      for (const peer of peersOf(object)) {
        if (peer.podSelector && !peer.namespaceSelector && !selects(peer.podSelector))
          yield `${nameOf(object)}: a peer that is no pod`;
      }
    }
  },

  'a port is one that the container has': function* (manifests) {
    for (const service of manifests.of('Service')) {
      const ports = manifests.pods
        .filter(({ labels }) => matches({ matchLabels: service.spec.selector }, labels))
        .flatMap(portsOf);
      for (const { name, port, targetPort } of service.spec.ports) {
        if (!ports.includes(targetPort ?? port))
          yield `${nameOf(service)}: port ${name} leads to ${targetPort ?? port}, which no container has`;
      }
    }
    for (const { where, container } of manifests.containers) {
      for (const probe of [...probesOf(container)]) {
        const port = (probe.grpc ?? probe.httpGet ?? probe.tcpSocket)?.port;
        if (port !== undefined && !portsOfContainer(container).includes(port))
          yield `${where}: a probe of port ${port}, which it does not have`;
      }
    }
    for (const policy of manifests.of('NetworkPolicy')) yield* portsOfPolicy(manifests, policy);
  },

  'what is referred to is there': function* (manifests) {
    for (const { object, spec } of manifests.pods) yield* missingReferences(manifests, object, spec);
    for (const { where, container } of manifests.containers) {
      for (const { configMapRef, secretRef } of container.envFrom ?? []) {
        const [kind, reference] = configMapRef ? ['ConfigMap', configMapRef] : ['Secret', secretRef];
        if (!manifests.named(kind, reference.name)) yield `${where}: no ${kind} ${reference.name}`;
      }
      for (const [name, { value, source }] of manifests.environmentOf(container)) {
        if (value === undefined) yield `${where}: ${name}: nothing in ${source}`;
      }
    }
    for (const {
      spec: { scaleTargetRef: target },
      ...object
    } of manifests.of('HorizontalPodAutoscaler')) {
      if (manifests.named(target.kind, target.name)?.apiVersion !== target.apiVersion)
        yield `${nameOf(object)}: no ${target.kind} ${target.name}`;
    }
    for (const object of manifests.of('StatefulSet')) {
      if (!manifests.named('Service', object.spec.serviceName))
        yield `${nameOf(object)}: no Service ${object.spec.serviceName}`;
    }
  },
  'whom a server calls is named, is there, and the policies let the call out and in': function* (manifests) {
    for (const { where, container, pod } of manifests.containers.filter(({ container }) => isOurs(container))) {
      for (const [variable, address] of peersCalled(container, manifests.environmentOf(container))) {
        const [, host, port] = /^(?:dns:\/\/\/)?([a-z0-9.-]+):([0-9]+)$/.exec(address ?? '') ?? [];
        if (!host) yield `${where}: ${variable} is '${address ?? ''}', not a name with a port`;
        // A name with a dot is another namespace's or the outside's: nothing of this build.
        if (!host || host.includes('.')) continue;
        const service = manifests.of('Service').find(({ metadata }) => metadata.name === host);
        const entry = service?.spec.ports.find((candidate) => candidate.port === Number(port));
        if (!entry) yield `${where}: ${variable}: no Service ${host} with a port ${port}`;
        else yield* blocked(manifests, `${where}: ${variable}`, pod, service, Number(port));
      }
    }
  },

  'the metrics of a server are where its pod says, and who reads them is let in': function* (manifests) {
    for (const { where, container, pod } of manifests.containers.filter(servesDeployed)) {
      const listen = manifests.environmentOf(container).get('MILEPOST_METRICS_LISTEN')?.value ?? '';
      const port = Number(/:([0-9]+)$/.exec(listen)?.[1]);
      if (!port) yield `${where}: MILEPOST_METRICS_LISTEN is '${listen}', not an address with a port`;
      if (!port) continue;
      if (!portsOfContainer(container).includes(port)) yield `${where}: metrics on port ${port}, which it does not have`;
      const said = pod.object.spec.template.metadata.annotations?.['prometheus.io/port'];
      if (said !== String(port)) yield `${where}: metrics on port ${port}, but prometheus.io/port is '${said ?? ''}'`;
      if (!letsInFromOutside(manifests, pod, port)) yield `${where}: no policy lets anybody in to the metrics`;
    }
  },
};

function servesDeployed({ container, pod }) {
  return isOurs(container) && pod.object.kind === 'Deployment' && container.args?.[1] === 'serve';
}

function letsInFromOutside(manifests, pod, port) {
  return manifests
    .of('NetworkPolicy')
    .some(
      ({ spec }) =>
        matches(spec.podSelector, pod.labels) &&
        (spec.ingress ?? []).some(
          (rule) =>
            (rule.ports ?? []).some((open) => open.port === port) &&
            (rule.from ?? []).some((peer) => peer.namespaceSelector?.matchLabels),
        ),
    );
}

function peersOf({ spec }) {
  return [
    ...(spec.ingress ?? []).flatMap((rule) => rule.from ?? []),
    ...(spec.egress ?? []).flatMap((rule) => rule.to ?? []),
  ];
}

// [variable, address] of everybody whom the container's process calls: the peers that its command needs, and its database.
function peersCalled({ args: [server, command] }, environment) {
  const names =
    { offer_service: ['CATALOG', 'BILLING'], milestone_billing: ['CATALOG', 'OFFERS', 'PROVIDER'] }[server] ?? [];
  const called =
    command === 'serve' ? names.map((name) => [`MILEPOST_${name}`, environment.get(`MILEPOST_${name}`)?.value]) : [];
  if (server !== 'payment_simulator') {
    const part = (name) => environment.get(`MILEPOST_DATABASE_${name}`)?.value ?? '';
    called.push(['MILEPOST_DATABASE_HOST', `${part('HOST')}:${part('PORT')}`]);
  }
  return called;
}

function* blocked(manifests, what, pod, service, port) {
  const theirs = manifests.pods.find(({ labels }) => matches({ matchLabels: service.spec.selector }, labels))?.labels;
  const opens = (direction, peers, own, other) =>
    manifests
      .of('NetworkPolicy')
      .some(
        ({ spec }) =>
          matches(spec.podSelector, own) &&
          (spec[direction] ?? []).some(
            (rule) =>
              (rule.ports ?? []).some((open) => open.port === port) &&
              (rule[peers] ?? []).some(
                (peer) => peer.podSelector && !peer.namespaceSelector && matches(peer.podSelector, other),
              ),
          ),
      );
  if (!opens('egress', 'to', pod.labels, theirs)) yield `${what}: no policy lets it out to ${service.metadata.name}`;
  if (!opens('ingress', 'from', theirs, pod.labels)) yield `${what}: no policy of ${service.metadata.name} lets it in`;
}

function* portsOfPolicy(manifests, policy) {
  const own = manifests.pods.filter(({ labels }) => matches(policy.spec.podSelector, labels)).flatMap(portsOf);
  for (const { port } of (policy.spec.ingress ?? []).flatMap((rule) => rule.ports ?? [])) {
    if (!own.includes(port)) yield `${nameOf(policy)}: lets in to port ${port}, which its pods do not have`;
  }
  for (const rule of policy.spec.egress ?? []) {
    const peers = (rule.to ?? []).filter((peer) => peer.podSelector && !peer.namespaceSelector);
    for (const peer of peers) {
      const theirs = manifests.pods.filter(({ labels }) => matches(peer.podSelector, labels)).flatMap(portsOf);
      for (const { port } of rule.ports ?? []) {
        if (!theirs.includes(port)) yield `${nameOf(policy)}: lets out to port ${port}, which the peer does not have`;
      }
    }
  }
}

function probesOf(container) {
  return ['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => container[probe]).filter(Boolean);
}

function* missingReferences(manifests, object, spec) {
  const account = spec.serviceAccountName;
  if (account && !manifests.named('ServiceAccount', account)) yield `${nameOf(object)}: no ServiceAccount ${account}`;
  const volumes = new Set(
    [...(spec.volumes ?? []), ...(object.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata)].map(
      ({ name }) => name,
    ),
  );
  for (const volume of spec.volumes ?? []) {
    const reference = volume.secret
      ? ['Secret', volume.secret.secretName]
      : volume.configMap
        ? ['ConfigMap', volume.configMap.name]
        : null;
    if (!reference) continue;
    const found = manifests.named(...reference);
    if (!found) yield `${nameOf(object)}: volume ${volume.name}: no ${reference.join(' ')}`;
    for (const { key } of (volume.secret ?? volume.configMap).items ?? []) {
      if (found && !(key in dataOf(found)))
        yield `${nameOf(object)}: volume ${volume.name}: no key ${key} in ${reference.join(' ')}`;
    }
  }
  for (const container of spec.containers) {
    for (const { name } of container.volumeMounts ?? []) {
      if (!volumes.has(name)) yield `${nameOf(object)}: no volume ${name}`;
    }
  }
}
