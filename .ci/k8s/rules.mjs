// What a cluster would refuse, or what would not work in it, in the objects of one kustomization taken together: each rule
// a function from a Manifests to what breaks it. .ci/k8s/rules.test.mjs shows for each a mistake that is found.

// The objects of one build; `outside`: objects that the platform brings (Secrets).
export class Manifests {
  constructor(objects, outside = []) {
    this.objects = objects;
    this.known = [...objects, ...outside];
  }

  of(...kinds) {
    return this.objects.filter((object) => kinds.includes(object.kind));
  }

  named(kind, name) {
    return this.known.find((object) => object.kind === kind && object.metadata.name === name);
  }

  // { object, labels, spec } of whatever makes pods.
  get pods() {
    return this.of('Deployment', 'StatefulSet', 'Job').map((object) => ({
      object,
      labels: object.spec.template.metadata?.labels ?? {},
      spec: object.spec.template.spec,
    }));
  }

  // { where, container, pod } of every container.
  get containers() {
    return this.pods.flatMap((pod) =>
      [...(pod.spec.initContainers ?? []), ...pod.spec.containers].map((container) => ({
        where: `${nameOf(pod.object)}: container ${container.name}`,
        container,
        pod,
      })));
  }

  // The container's environment as its process would see it: variable → { value, source }. `value` is undefined where the
  // reference leads nowhere.
  environmentOf(container) {
    const environment = new Map();
    for (const { configMapRef, secretRef } of container.envFrom ?? []) {
      const [kind, reference] = configMapRef ? ['ConfigMap', configMapRef] : ['Secret', secretRef];
      const data = dataOf(this.named(kind, reference.name));
      for (const [name, value] of Object.entries(data ?? {})) environment.set(name, { value, source: reference.name });
    }
    for (const variable of container.env ?? []) environment.set(variable.name, this.#variable(variable));
    return environment;
  }

  #variable({ value, valueFrom }) {
    const reference = valueFrom?.configMapKeyRef ?? valueFrom?.secretKeyRef;
    if (!reference) return { value: value ?? (valueFrom ? 'from the pod' : ''), source: 'the container' };
    const kind = valueFrom.configMapKeyRef ? 'ConfigMap' : 'Secret';
    return { value: dataOf(this.named(kind, reference.name))?.[reference.key], source: `${kind} ${reference.name}` };
  }
}

export const rules = {
  'names and values have the form that the API server asks for': function* (manifests) {
    for (const object of manifests.objects) {
      const { name, labels } = object.metadata;
      const form = object.kind === 'Service' ? dnsLabel : dnsName;
      if (!form.test(name)) yield `${nameOf(object)}: not a name`;
      yield* badLabels(object, labels);
    }
    for (const { object, labels } of manifests.pods) yield* badLabels(object, labels);
    for (const { where, container } of manifests.containers) yield* badContainerForms(where, container);
  },

  'values are of those that exist': function* (manifests) {
    for (const object of manifests.objects) {
      for (const [path, key, value] of walk(object)) {
        const allowed = choices[key];
        if (typeof value === 'string' && allowed && !allowed.includes(value)) {
          yield `${nameOf(object)}: ${path}: '${value}' is none of ${allowed.join(', ')}`;
        }
      }
    }
  },

  'an object is there once, and in the namespace': function* (manifests) {
    const seen = new Set();
    const spaces = new Set(manifests.of('Namespace').map((object) => object.metadata.name));
    for (const object of manifests.objects) {
      const key = `${object.apiVersion} ${nameOf(object)}`;
      if (seen.has(key)) yield `${nameOf(object)}: twice`;
      seen.add(key);
      if (spaces.size > 0 && object.kind !== 'Namespace' && !spaces.has(object.metadata.namespace)) {
        yield `${nameOf(object)}: in no namespace of this build`;
      }
    }
  },

  'an image has a version, and it is not latest': function* (manifests) {
    for (const { where, container } of manifests.containers) {
      const image = container.image ?? '';
      const version = /@sha256:[0-9a-f]{64}$/.test(image) ? 'digest' : /:([A-Za-z0-9_][\w.-]*)$/.exec(image)?.[1];
      if (!version || version === 'latest') yield `${where}: image '${image}'`;
    }
  },

  'a selector selects something': function* (manifests) {
    const selects = (selector) => manifests.pods.some(({ labels }) => matches(selector, labels));
    for (const object of manifests.of('Deployment', 'StatefulSet')) {
      if (!matches(object.spec.selector, object.spec.template.metadata.labels)) yield `${nameOf(object)}: not its own pods`;
      for (const spread of object.spec.template.spec.topologySpreadConstraints ?? []) {
        if (!matches(spread.labelSelector, object.spec.template.metadata.labels)) yield `${nameOf(object)}: spread over others' pods`;
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
        if (peer.podSelector && !peer.namespaceSelector && !selects(peer.podSelector)) yield `${nameOf(object)}: a peer that is no pod`;
      }
    }
  },

  'a port is one that the container has': function* (manifests) {
    for (const service of manifests.of('Service')) {
      const ports = manifests.pods.filter(({ labels }) => matches({ matchLabels: service.spec.selector }, labels)).flatMap(portsOf);
      for (const { name, port, targetPort } of service.spec.ports) {
        if (!ports.includes(targetPort ?? port)) yield `${nameOf(service)}: port ${name} leads to ${targetPort ?? port}, which no container has`;
      }
    }
    for (const { where, container } of manifests.containers) {
      for (const probe of [...probesOf(container)]) {
        const port = (probe.grpc ?? probe.httpGet ?? probe.tcpSocket)?.port;
        if (port !== undefined && !portsOfContainer(container).includes(port)) yield `${where}: a probe of port ${port}, which it does not have`;
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
    for (const { spec: { scaleTargetRef: target }, ...object } of manifests.of('HorizontalPodAutoscaler')) {
      if (manifests.named(target.kind, target.name)?.apiVersion !== target.apiVersion) yield `${nameOf(object)}: no ${target.kind} ${target.name}`;
    }
    for (const object of manifests.of('StatefulSet')) {
      if (!manifests.named('Service', object.spec.serviceName)) yield `${nameOf(object)}: no Service ${object.spec.serviceName}`;
    }
  },

  'what serves is probed, and told apart: starting, alive, ready': function* (manifests) {
    for (const { where, container, pod } of manifests.containers) {
      if (pod.object.kind === 'Job') continue;
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
        if (!container[probe]) yield `${where}: no ${probe}`;
      }
      if (!isOurs(container)) continue;
      // Liveness must not follow the database, or an outage restarts every server; readiness must.
      if (container.livenessProbe?.grpc?.service !== 'liveness') yield `${where}: the liveness probe asks for something else`;
      if (container.startupProbe?.grpc?.service !== 'liveness') yield `${where}: the startup probe asks for something else`;
      if ((container.readinessProbe?.grpc?.service ?? '?') !== '') yield `${where}: the readiness probe asks for something else`;
    }
  },

  'a pod passes the Pod Security Standard "restricted", with a root file system that is read only': function* (manifests) {
    for (const { object, spec } of manifests.pods) {
      for (const field of ['hostNetwork', 'hostPID', 'hostIPC']) if (spec[field]) yield `${nameOf(object)}: ${field}`;
      if (spec.automountServiceAccountToken !== false) yield `${nameOf(object)}: mounts a service account's token`;
      for (const volume of spec.volumes ?? []) {
        const source = Object.keys(volume).find((key) => key !== 'name');
        if (!restrictedVolumes.includes(source)) yield `${nameOf(object)}: volume ${volume.name} of kind ${source}`;
      }
    }
    for (const { where, container, pod } of manifests.containers) {
      const security = { ...pod.spec.securityContext, ...container.securityContext };
      if (security.privileged) yield `${where}: privileged`;
      if (security.allowPrivilegeEscalation !== false) yield `${where}: allowPrivilegeEscalation`;
      if (security.runAsNonRoot !== true || security.runAsUser === 0) yield `${where}: may run as root`;
      if (!['RuntimeDefault', 'Localhost'].includes(security.seccompProfile?.type)) yield `${where}: no seccompProfile`;
      if (!security.capabilities?.drop?.includes('ALL')) yield `${where}: keeps capabilities`;
      if (security.capabilities?.add?.some((added) => added !== 'NET_BIND_SERVICE')) yield `${where}: adds capabilities`;
      if (security.readOnlyRootFilesystem !== true) yield `${where}: a root file system that can be written`;
    }
  },

  'a container asks for cpu and memory and has a limit of each': function* (manifests) {
    for (const { where, container } of manifests.containers) {
      for (const part of ['requests', 'limits']) {
        for (const resource of ['cpu', 'memory']) {
          if (!container.resources?.[part]?.[resource]) yield `${where}: no ${part}.${resource}`;
        }
      }
    }
  },

  'a pod has the time to drain': function* (manifests) {
    for (const { where, container, pod } of manifests.containers) {
      if (!isOurs(container) || pod.object.kind === 'Job') continue;
      const pause = Number(container.lifecycle?.preStop?.exec?.command?.[1] ?? 0);
      const drain = Number(/^([0-9]+)s$/.exec(manifests.environmentOf(container).get('MILEPOST_DRAIN_TIME')?.value ?? '8s')?.[1]);
      const grace = pod.spec.terminationGracePeriodSeconds ?? 30;
      if (!(pause + drain + 2 < grace)) yield `${where}: ${pause} s before the drain, ${drain} s for it, and ${grace} s in all`;
      if (container.lifecycle?.preStop?.sleep) yield `${where}: the action sleep is refused by Kubernetes 1.29`;
    }
  },

  'every pod is behind policies: nothing in and nothing out by default': function* (manifests) {
    const closed = manifests.of('NetworkPolicy').some(({ spec }) =>
      Object.keys(spec.podSelector).length === 0 && !spec.ingress && !spec.egress &&
      ['Ingress', 'Egress'].every((type) => spec.policyTypes?.includes(type)));
    if (!closed) yield 'no NetworkPolicy that denies everything';
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

  'a Deployment can be scaled, drained and spread': function* (manifests) {
    for (const object of manifests.of('Deployment')) {
      const budget = manifests.of('PodDisruptionBudget').some(({ spec }) => matches(spec.selector, object.spec.template.metadata.labels));
      const scaler = manifests.of('HorizontalPodAutoscaler').find(({ spec }) => spec.scaleTargetRef.name === object.metadata.name);
      if (!budget) yield `${nameOf(object)}: no PodDisruptionBudget`;
      if (!scaler) yield `${nameOf(object)}: no HorizontalPodAutoscaler`;
      if (!(object.spec.replicas >= 2)) yield `${nameOf(object)}: fewer than two replicas`;
      if (scaler && object.spec.replicas < scaler.spec.minReplicas) yield `${nameOf(object)}: fewer replicas than its autoscaler's least`;
      if (!object.spec.template.spec.topologySpreadConstraints?.length) yield `${nameOf(object)}: not spread`;
    }
  },

  'where the environment is production there is no test clock and no simulator': function* (manifests) {
    const ours = manifests.containers.filter(({ container }) => isOurs(container));
    const production = ours.filter(({ container }) => manifests.environmentOf(container).get('MILEPOST_ENVIRONMENT')?.value === 'production');
    if (production.length === 0) return;
    for (const { where, container } of ours) {
      const environment = manifests.environmentOf(container);
      if (environment.get('MILEPOST_ENVIRONMENT')?.source !== 'the container') yield `${where}: MILEPOST_ENVIRONMENT=production is not in the container itself`;
      if ((environment.get('MILEPOST_TEST_CLOCK')?.value ?? 'off') !== 'off') yield `${where}: a test clock`;
      if (container.args?.[0] === 'payment_simulator') yield `${where}: a simulated payment provider`;
    }
    for (const object of manifests.of('Secret')) yield `${nameOf(object)}: a secret in the manifests`;
  },
};

// Ours: started by the image's entrypoint, with a server's name as first argument.
export function isOurs(container) {
  return /(^|\/)milepost[:@]/.test(container.image ?? '');
}

export function nameOf(object) {
  return `${object.kind} ${object.metadata.name}`;
}

const dnsLabel = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const dnsName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const labelKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const portName = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;
const quantity = /^[0-9]+(\.[0-9]+)?(m|[kMGTPE]|[KMGTPE]i)?$/;
const restrictedVolumes = ['configMap', 'csi', 'downwardAPI', 'emptyDir', 'ephemeral', 'persistentVolumeClaim', 'projected', 'secret'];
const choices = {
  imagePullPolicy: ['Always', 'IfNotPresent', 'Never'],
  protocol: ['TCP', 'UDP', 'SCTP'],
  policyTypes: ['Ingress', 'Egress'],
  restartPolicy: ['Always', 'OnFailure', 'Never'],
  whenUnsatisfiable: ['DoNotSchedule', 'ScheduleAnyway'],
  unhealthyPodEvictionPolicy: ['AlwaysAllow', 'IfHealthyBudget'],
  operator: ['In', 'NotIn', 'Exists', 'DoesNotExist'],
  accessModes: ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod'],
};

// [path, key, value] of every scalar; an item of a list has its list's key.
function* walk(value, path = '', key = '') {
  if (Array.isArray(value)) {
    for (const [i, item] of value.entries()) yield* walk(item, `${path}[${i}]`, key);
  } else if (typeof value === 'object' && value !== null) {
    for (const [name, item] of Object.entries(value)) yield* walk(item, `${path}.${name}`, name);
  } else {
    yield [path, key, value];
  }
}

function* badLabels(object, labels = {}) {
  for (const [key, value] of Object.entries(labels)) {
    if (!labelKey.test(key) || !labelValue.test(value)) yield `${nameOf(object)}: label ${key}: ${value}`;
  }
}

function* badContainerForms(where, container) {
  for (const { name } of container.ports ?? []) if (!portName.test(name)) yield `${where}: port name '${name}'`;
  for (const part of Object.values(container.resources ?? {})) {
    for (const [resource, amount] of Object.entries(part)) {
      if (!quantity.test(amount)) yield `${where}: ${resource} of '${amount}'`;
    }
  }
  const names = (container.env ?? []).map(({ name }) => name);
  for (const name of names.filter((name, i) => names.indexOf(name) !== i)) yield `${where}: ${name} twice`;
}

function matches(selector, labels = {}) {
  if (!selector) return false;
  return Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every(({ key, operator, values }) =>
      ({ In: values?.includes(labels[key]), NotIn: !values?.includes(labels[key]), Exists: key in labels, DoesNotExist: !(key in labels) })[operator]);
}

// The texts that a ConfigMap or a Secret holds.
function dataOf(object) {
  if (!object) return undefined;
  const decoded = Object.entries(object.data ?? {}).map(([key, value]) =>
    [key, object.kind === 'Secret' ? Buffer.from(value, 'base64').toString() : value]);
  return { ...Object.fromEntries(decoded), ...object.stringData };
}

function peersOf({ spec }) {
  return [...(spec.ingress ?? []).flatMap((rule) => rule.from ?? []), ...(spec.egress ?? []).flatMap((rule) => rule.to ?? [])];
}

// [variable, address] of everybody whom the container's process calls: the peers that its command needs, and its database.
function peersCalled({ args: [server, command] }, environment) {
  const names = { offer_service: ['CATALOG', 'BILLING'], milestone_billing: ['CATALOG', 'OFFERS', 'PROVIDER'] }[server] ?? [];
  const called = command === 'serve' ? names.map((name) => [`MILEPOST_${name}`, environment.get(`MILEPOST_${name}`)?.value]) : [];
  if (server !== 'payment_simulator') {
    const part = (name) => environment.get(`MILEPOST_DATABASE_${name}`)?.value ?? '';
    called.push(['MILEPOST_DATABASE_HOST', `${part('HOST')}:${part('PORT')}`]);
  }
  return called;
}

function* blocked(manifests, what, pod, service, port) {
  const theirs = manifests.pods.find(({ labels }) => matches({ matchLabels: service.spec.selector }, labels))?.labels;
  const opens = (direction, peers, own, other) => manifests.of('NetworkPolicy').some(({ spec }) =>
    matches(spec.podSelector, own) && (spec[direction] ?? []).some((rule) =>
      (rule.ports ?? []).some((open) => open.port === port) &&
      (rule[peers] ?? []).some((peer) => peer.podSelector && !peer.namespaceSelector && matches(peer.podSelector, other))));
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

function portsOf({ spec }) {
  return spec.containers.flatMap(portsOfContainer);
}

// Each port by its number and by its name.
function portsOfContainer(container) {
  return (container.ports ?? []).flatMap(({ name, containerPort }) => [containerPort, name]);
}

function probesOf(container) {
  return ['startupProbe', 'livenessProbe', 'readinessProbe'].map((probe) => container[probe]).filter(Boolean);
}

function* missingReferences(manifests, object, spec) {
  const account = spec.serviceAccountName;
  if (account && !manifests.named('ServiceAccount', account)) yield `${nameOf(object)}: no ServiceAccount ${account}`;
  const volumes = new Set([...(spec.volumes ?? []), ...(object.spec.volumeClaimTemplates ?? []).map(({ metadata }) => metadata)].map(({ name }) => name));
  for (const volume of spec.volumes ?? []) {
    const reference = volume.secret ? ['Secret', volume.secret.secretName] : volume.configMap ? ['ConfigMap', volume.configMap.name] : null;
    if (!reference) continue;
    const found = manifests.named(...reference);
    if (!found) yield `${nameOf(object)}: volume ${volume.name}: no ${reference.join(' ')}`;
    for (const { key } of (volume.secret ?? volume.configMap).items ?? []) {
      if (found && !(key in dataOf(found))) yield `${nameOf(object)}: volume ${volume.name}: no key ${key} in ${reference.join(' ')}`;
    }
  }
  for (const container of spec.containers) {
    for (const { name } of container.volumeMounts ?? []) {
      if (!volumes.has(name)) yield `${nameOf(object)}: no volume ${name}`;
    }
  }
}
