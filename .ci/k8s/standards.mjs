// What pods of ours keep to: probes, the restricted Pod Security Standard, limits, time to drain, policies, replicas,
// production.
import { isOurs, matches, nameOf } from './manifests.mjs';

export const standards = {
  'what serves is probed, and told apart: starting, alive, ready': function* (manifests) {
    for (const { where, container, pod } of manifests.containers) {
      if (pod.object.kind === 'Job') continue;
      for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) {
        if (!container[probe]) yield `${where}: no ${probe}`;
      }
      if (!isOurs(container)) continue;
      // Liveness must not follow the database, or an outage restarts every server; readiness must.
      if (container.livenessProbe?.grpc?.service !== 'liveness')
        yield `${where}: the liveness probe asks for something else`;
      if (container.startupProbe?.grpc?.service !== 'liveness')
        yield `${where}: the startup probe asks for something else`;
      if ((container.readinessProbe?.grpc?.service ?? '?') !== '')
        yield `${where}: the readiness probe asks for something else`;
    }
  },

  'a pod passes the Pod Security Standard "restricted", with a root file system that is read only': function* (
    manifests,
  ) {
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
      if (security.capabilities?.add?.some((added) => added !== 'NET_BIND_SERVICE'))
        yield `${where}: adds capabilities`;
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
      const pause = Number(container.lifecycle?.preStop?.exec?.command?.at(-1) ?? 0);
      const drain = Number(
        /^([0-9]+)s$/.exec(manifests.environmentOf(container).get('MILEPOST_DRAIN_TIME')?.value ?? '8s')?.[1],
      );
      const grace = pod.spec.terminationGracePeriodSeconds ?? 30;
      if (!(pause + drain + 2 < grace))
        yield `${where}: ${pause} s before the drain, ${drain} s for it, and ${grace} s in all`;
      if (container.lifecycle?.preStop?.sleep) yield `${where}: the action sleep is refused by Kubernetes 1.29`;
    }
  },

  'every pod is behind policies: nothing in and nothing out by default': function* (manifests) {
    const closed = manifests
      .of('NetworkPolicy')
      .some(
        ({ spec }) =>
          Object.keys(spec.podSelector).length === 0 &&
          !spec.ingress &&
          !spec.egress &&
          ['Ingress', 'Egress'].every((type) => spec.policyTypes?.includes(type)),
      );
    if (!closed) yield 'no NetworkPolicy that denies everything';
  },
  'a Deployment can be scaled, drained and spread': function* (manifests) {
    for (const object of manifests.of('Deployment')) {
      const budget = manifests
        .of('PodDisruptionBudget')
        .some(({ spec }) => matches(spec.selector, object.spec.template.metadata.labels));
      const scaler = manifests
        .of('HorizontalPodAutoscaler')
        .find(({ spec }) => spec.scaleTargetRef.name === object.metadata.name);
      if (!budget) yield `${nameOf(object)}: no PodDisruptionBudget`;
      if (!scaler) yield `${nameOf(object)}: no HorizontalPodAutoscaler`;
      // Without a number the autoscaler's holds, and an apply leaves it alone.
      const replicas = object.spec.replicas ?? scaler?.spec.minReplicas;
      if (!(replicas >= 2)) yield `${nameOf(object)}: fewer than two replicas`;
      if (scaler && replicas < scaler.spec.minReplicas)
        yield `${nameOf(object)}: fewer replicas than its autoscaler's least`;
      if (scaler && manifests.isProduction && object.spec.replicas !== undefined)
        yield `${nameOf(object)}: a number of replicas, which each apply would set against its autoscaler's`;
      if (!object.spec.template.spec.topologySpreadConstraints?.length) yield `${nameOf(object)}: not spread`;
    }
  },

  'overlays/prod is production: no test clock, no simulator, and the database is asked over TLS': function* (
    manifests,
  ) {
    if (!manifests.isProduction) return;
    for (const { where, container } of manifests.containers.filter(({ container }) => isOurs(container))) {
      const environment = manifests.environmentOf(container);
      const told = environment.get('MILEPOST_ENVIRONMENT');
      if (told?.value !== 'production' || told.source !== 'the container')
        yield `${where}: MILEPOST_ENVIRONMENT=production is not in the container itself`;
      if ((environment.get('MILEPOST_TEST_CLOCK')?.value ?? 'off') !== 'off') yield `${where}: a test clock`;
      if (!environment.get('MILEPOST_DATABASE_TLS_CA_FILE')?.value) yield `${where}: the database without TLS`;
      if (container.args?.[0] === 'payment_simulator') yield `${where}: a simulated payment provider`;
    }
    for (const object of manifests.of('Secret')) yield `${nameOf(object)}: a secret in the manifests`;
  },
};

const restrictedVolumes = [
  'configMap',
  'csi',
  'downwardAPI',
  'emptyDir',
  'ephemeral',
  'persistentVolumeClaim',
  'projected',
  'secret',
];
