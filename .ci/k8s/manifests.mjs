// The objects of one build as a cluster would hold them: what makes pods, what a container's process would see.

// `outside`: objects that the platform brings (Secrets). `isProduction`: by the overlay's name, not by what stands in it.
export class Manifests {
  constructor(objects, outside = [], isProduction = false) {
    this.isProduction = isProduction;
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
      })),
    );
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

// Ours: started by the image's entrypoint, with a server's name as first argument.
export function isOurs(container) {
  return /(^|\/)milepost[:@]/.test(container.image ?? '');
}

export function nameOf(object) {
  return `${object.kind} ${object.metadata.name}`;
}

// Does a label selector select these labels? An empty one selects everything, none selects nothing.
export function matches(selector, labels = {}) {
  if (!selector) return false;
  return (
    Object.entries(selector.matchLabels ?? {}).every(([key, value]) => labels[key] === value) &&
    (selector.matchExpressions ?? []).every(
      ({ key, operator, values }) =>
        ({
          In: values?.includes(labels[key]),
          NotIn: !values?.includes(labels[key]),
          Exists: key in labels,
          DoesNotExist: !(key in labels),
        })[operator],
    )
  );
}

// The texts that a ConfigMap or a Secret holds.
export function dataOf(object) {
  if (!object) return undefined;
  const decoded = Object.entries(object.data ?? {}).map(([key, value]) => [
    key,
    object.kind === 'Secret' ? Buffer.from(value, 'base64').toString() : value,
  ]);
  return { ...Object.fromEntries(decoded), ...object.stringData };
}

export function portsOf({ spec }) {
  return spec.containers.flatMap(portsOfContainer);
}

// Each port by its number and by its name.
export function portsOfContainer(container) {
  return (container.ports ?? []).flatMap(({ name, containerPort }) => [containerPort, name]);
}
