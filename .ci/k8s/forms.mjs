// What an API server refuses by its values: names, labels, amounts, choices; objects that stand twice; images.
import { nameOf } from './manifests.mjs';

export const forms = {
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
};

const dnsLabel = /^[a-z]([-a-z0-9]{0,61}[a-z0-9])?$/;
const dnsName = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$/;
const labelKey = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^([A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;
const portName = /^(?=.{1,15}$)(?=.*[a-z])[a-z0-9]+(-[a-z0-9]+)*$/;
const quantity = /^[0-9]+(\.[0-9]+)?(m|[kMGTPE]|[KMGTPE]i)?$/;
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
