// The check of k8s/ can fail: deliberate mistakes in what kustomize built, one at a time, and what must be said of each.
// Run by ./dev check, after the builds.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Reading } from './reading.mjs';

const tools = process.env.MILEPOST_KUBERNETES_TOOLS;
const reading = new Reading(tools, process.env.MILEPOST_BIN);

// A build's objects, new each time, with a way to take one.
function built(name) {
  const objects = reading.objects(readFileSync(join(tools, `${name}.yaml`), 'utf8'));
  const take = (kind, called) =>
    objects.find((object) => object.kind === kind && (called === undefined || object.metadata.name.startsWith(called)));
  const pod = (kind, called) => take(kind, called).spec.template.spec;
  return { objects, take, pod, container: (kind, called) => pod(kind, called).containers[0] };
}

// mistake(OVERLAY, WHAT, SAID, change): after `change`, one of the problems contains SAID.
function mistake(overlay, what, said, change) {
  test(`${overlay}: ${what}`, async () => {
    const build = built(overlay);
    change(build);
    const problems = await reading.problems(build.objects, overlay);
    assert.ok(
      problems.some((problem) => problem.includes(said)),
      `want '${said}' among:\n${problems.join('\n')}`,
    );
  });
}

for (const overlay of ['base', 'overlays-dev', 'overlays-prod']) {
  test(`${overlay}: nothing is wrong as it stands`, async () => {
    const { objects } = built(overlay);
    assert.ok(objects.length > 20);
    assert.deepEqual(await reading.problems(objects, overlay), []);
  });
}

test('a key that stands twice is no YAML', () => {
  assert.throws(() => reading.objects('kind: Job\nkind: Pod\n'), /unique/);
});

// What a strict API server refuses by its schema.
mistake(
  'base',
  'an unknown field',
  '.spec.template.spec.containers[0].readinesProbe: unknown field (Kubernetes 1.29)',
  ({ container }) => {
    container('Deployment').readinesProbe = {};
  },
);
mistake(
  'base',
  'an unknown field deep inside',
  '.spec.ingress[0].from[0].namespaceSelector.matchLabel: unknown field (Kubernetes 1.36)',
  ({ take }) => {
    take('NetworkPolicy', 'gig-catalog').spec.ingress[0].from[0].namespaceSelector = { matchLabel: {} };
  },
);
mistake(
  'base',
  'a field that 1.29 does not have yet',
  '.spec.template.spec.hostnameOverride: unknown field (Kubernetes 1.29)',
  ({ pod }) => {
    pod('Deployment').hostnameOverride = 'x';
  },
);
mistake(
  'base',
  'an API version that was removed',
  'policy/v1beta1 PodDisruptionBudget is not served by Kubernetes 1.29',
  ({ take }) => {
    take('PodDisruptionBudget').apiVersion = 'policy/v1beta1';
  },
);
mistake(
  'base',
  'an autoscaler of a removed version',
  'autoscaling/v2beta2 HorizontalPodAutoscaler is not served',
  ({ take }) => {
    take('HorizontalPodAutoscaler').apiVersion = 'autoscaling/v2beta2';
  },
);
mistake('base', 'a required field is missing', '.spec.selector: required, and missing', ({ take }) => {
  delete take('Deployment').spec.selector;
});
mistake('base', 'a text for a number', `.spec.replicas: "2" is not a number`, ({ take }) => {
  take('Deployment').spec.replicas = '2';
});
mistake('base', 'a number for a text', '.value: 8 is not a string', ({ container }) => {
  container('Deployment').env.push({ name: 'MILEPOST_LANES', value: 8 });
});
mistake('base', 'one for a list', '.args: want a list', ({ container }) => {
  container('Deployment').args = 'serve';
});

// What it refuses by its values.
mistake('overlays-dev', 'a name in capitals', 'Deployment GigCatalog: not a name', ({ take }) => {
  take('Deployment').metadata.name = 'GigCatalog';
});
mistake('overlays-dev', 'a label value with a space', 'label tier: a b', ({ take }) => {
  take('Deployment').metadata.labels.tier = 'a b';
});
mistake('overlays-dev', 'a port name that is too long', "port name 'grpc-of-the-catalog'", ({ container }) => {
  container('Deployment').ports[0].name = 'grpc-of-the-catalog';
});
mistake('overlays-dev', 'an amount of memory in no unit', "memory of '64MB'", ({ container }) => {
  container('Deployment').resources.requests.memory = '64MB';
});
mistake('overlays-dev', 'a policy that does not exist', "'Sometimes' is none of", ({ container }) => {
  container('Deployment').imagePullPolicy = 'Sometimes';
});
mistake('overlays-dev', 'an object that stands twice', 'twice', ({ objects, take }) => {
  objects.push(take('Service'));
});
mistake('overlays-dev', 'an object in another namespace', 'in no namespace of this build', ({ take }) => {
  take('Service').metadata.namespace = 'default';
});
mistake('overlays-dev', 'a variable that stands twice', 'MILEPOST_DATABASE_HOST twice', ({ container }) => {
  container('Deployment').env.push({ name: 'MILEPOST_DATABASE_HOST', value: 'x' });
});

// What would be taken and not work.
mistake('overlays-dev', 'the image latest', "image 'milepost:latest'", ({ container }) => {
  container('Deployment').image = 'milepost:latest';
});
mistake('overlays-dev', 'an image without a version', "image 'registry:5000/milepost'", ({ container }) => {
  container('Deployment').image = 'registry:5000/milepost';
});
mistake(
  'overlays-dev',
  'a Service that selects nothing',
  'Service gig-catalog: selects the pods of 0 objects',
  ({ take }) => {
    take('Service', 'gig-catalog').spec.selector.tier = 'x';
  },
);
mistake('overlays-dev', 'a Service that selects migrations too', 'selects the pods of 2 objects', ({ take }) => {
  delete take('Service', 'gig-catalog').spec.selector['app.kubernetes.io/component'];
});
mistake('overlays-dev', 'a Deployment that does not find its pods', 'not its own pods', ({ take }) => {
  take('Deployment').spec.selector.matchLabels.tier = 'x';
});
mistake('overlays-dev', 'a budget for nobody', 'PodDisruptionBudget gig-catalog: selects no pods', ({ take }) => {
  take('PodDisruptionBudget').spec.selector.matchLabels.tier = 'x';
});
mistake('overlays-dev', 'a policy that lets nobody in', 'a peer that is no pod', ({ take }) => {
  take('NetworkPolicy', 'to-database').spec.egress[0].to[0].podSelector.matchLabels.tier = 'x';
});
mistake('overlays-dev', "a Service's port that the container calls otherwise", 'leads to grpcs', ({ take }) => {
  take('Service', 'gig-catalog').spec.ports[0].targetPort = 'grpcs';
});
mistake('overlays-dev', 'a probe of another port', 'a probe of port 8080', ({ container }) => {
  container('Deployment').livenessProbe.grpc.port = 8080;
});
mistake('overlays-dev', 'a policy for another port', 'lets in to port 8080', ({ take }) => {
  take('NetworkPolicy', 'gig-catalog').spec.ingress[0].ports[0].port = 8080;
});
mistake('overlays-dev', 'a way out to another port', 'lets out to port 3307', ({ take }) => {
  take('NetworkPolicy', 'to-database').spec.egress[0].ports[0].port = 3307;
});
mistake('overlays-dev', 'no readiness probe', 'no readinessProbe', ({ container }) => {
  delete container('Deployment').readinessProbe;
});
mistake(
  'overlays-dev',
  'liveness that follows the database',
  'the liveness probe asks for something else',
  ({ container }) => {
    container('Deployment').livenessProbe.grpc.service = '';
  },
);
mistake('overlays-dev', 'a ConfigMap that is not there', 'no ConfigMap nowhere', ({ container }) => {
  container('Deployment').envFrom[0].configMapRef.name = 'nowhere';
});
mistake('overlays-dev', 'a key that a Secret lacks', 'nothing in Secret gig-catalog-database', ({ container }) => {
  container('Deployment', 'gig-catalog').env[0].valueFrom.secretKeyRef.key = 'address';
});
mistake('overlays-dev', 'a volume of a Secret that is not there', 'no Secret nowhere', ({ pod }) => {
  pod('Deployment').volumes[0].secret.secretName = 'nowhere';
});
mistake('overlays-dev', 'a mount of no volume', 'no volume elsewhere', ({ container }) => {
  container('Deployment').volumeMounts[0].name = 'elsewhere';
});
mistake('overlays-dev', 'an account that is not there', 'no ServiceAccount nobody', ({ pod }) => {
  pod('Deployment').serviceAccountName = 'nobody';
});
mistake('overlays-dev', 'an autoscaler of nothing', 'no Deployment nothing', ({ take }) => {
  take('HorizontalPodAutoscaler').spec.scaleTargetRef.name = 'nothing';
});
mistake('overlays-dev', 'root', 'may run as root', ({ pod }) => {
  pod('Deployment').securityContext.runAsUser = 0;
});
mistake('overlays-dev', 'capabilities', 'keeps capabilities', ({ container }) => {
  delete container('Job').securityContext.capabilities;
});
mistake('overlays-dev', 'no seccomp profile', 'no seccompProfile', ({ pod }) => {
  delete pod('StatefulSet').securityContext.seccompProfile;
});
mistake('overlays-dev', 'a folder of the node', 'of kind hostPath', ({ pod }) => {
  pod('Deployment').volumes.push({ name: 'node', hostPath: { path: '/' } });
});
mistake('overlays-dev', 'a root file system that can be written', 'can be written', ({ container }) => {
  delete container('Deployment').securityContext.readOnlyRootFilesystem;
});
mistake('overlays-dev', "a token of the cluster's API", "mounts a service account's token", ({ pod }) => {
  delete pod('Deployment').automountServiceAccountToken;
});
mistake('overlays-dev', 'no limit of memory', 'no limits.memory', ({ container }) => {
  delete container('Deployment').resources.limits.memory;
});
mistake('overlays-dev', 'too little time to drain', '10 s in all', ({ pod }) => {
  pod('Deployment').terminationGracePeriodSeconds = 10;
});
mistake('overlays-dev', 'the action that 1.29 refuses', 'the action sleep', ({ container }) => {
  container('Deployment').lifecycle.preStop = { sleep: { seconds: 5 } };
});
mistake('overlays-dev', 'nothing that denies by default', 'no NetworkPolicy that denies everything', ({ take }) => {
  take('NetworkPolicy', 'default-deny').spec.policyTypes = ['Ingress'];
});
mistake('overlays-dev', 'a peer that nobody named', "MILEPOST_PROVIDER is ''", ({ take }) => {
  delete take('ConfigMap', 'milestone-billing').data.MILEPOST_PROVIDER;
});
mistake('overlays-dev', 'a peer that is not there', 'no Service gig-catalogue with a port 50051', ({ take }) => {
  take('ConfigMap', 'offer-service').data.MILEPOST_CATALOG = 'dns:///gig-catalogue:50051';
});
mistake('overlays-dev', "a peer's other port", 'no Service gig-catalog with a port 9000', ({ take }) => {
  take('ConfigMap', 'offer-service').data.MILEPOST_CATALOG = 'dns:///gig-catalog:9000';
});
mistake('overlays-dev', 'a caller that is not let in', 'no policy of gig-catalog lets it in', ({ take }) => {
  take('NetworkPolicy', 'gig-catalog').spec.ingress[0].from.length = 1;
});
mistake('overlays-dev', 'a caller that is not let out', 'no policy lets it out to gig-catalog', ({ take }) => {
  delete take('NetworkPolicy', 'offer-service').spec.egress;
});
mistake('overlays-dev', 'a migration that is not let out', 'no policy lets it out to mariadb', ({ take }) => {
  take('NetworkPolicy', 'to-database').spec.podSelector.matchExpressions[0].values = ['server', 'accounts'];
});
mistake('overlays-dev', 'metrics that nobody shows', "MILEPOST_METRICS_LISTEN is ''", ({ take }) => {
  delete take('ConfigMap', 'milepost').data.MILEPOST_METRICS_LISTEN;
});
mistake('overlays-dev', 'metrics on another port', 'metrics on port 9465, which it does not have', ({ take }) => {
  take('ConfigMap', 'milepost').data.MILEPOST_METRICS_LISTEN = '0.0.0.0:9465';
});
mistake('overlays-dev', 'metrics that are read elsewhere', "but prometheus.io/port is '9000'", ({ take }) => {
  take('Deployment').spec.template.metadata.annotations['prometheus.io/port'] = '9000';
});
mistake('overlays-dev', 'metrics that nobody is let in to', 'no policy lets anybody in to the metrics', ({ take }) => {
  take('NetworkPolicy', 'metrics').spec.ingress = [];
});
mistake('overlays-dev', 'one replica', 'fewer than two replicas', ({ take }) => {
  take('Deployment').spec.replicas = 1;
});
mistake('overlays-dev', 'no budget', 'no PodDisruptionBudget', ({ objects, take }) => {
  objects.splice(objects.indexOf(take('PodDisruptionBudget')), 1);
});

// What production must not have.
mistake('overlays-prod', 'a test clock', 'a test clock', ({ take }) => {
  take('ConfigMap', 'milepost').data.MILEPOST_TEST_CLOCK = 'offset';
});
mistake('overlays-prod', 'a server that is not told', 'is not in the container itself', ({ container }) => {
  container('Deployment').env = container('Deployment').env.filter(({ name }) => name !== 'MILEPOST_ENVIRONMENT');
});
mistake('overlays-prod', 'no server that is told', 'is not in the container itself', ({ objects }) => {
  for (const { spec } of objects.filter(({ kind }) => ['Deployment', 'Job'].includes(kind))) {
    const [container] = spec.template.spec.containers;
    container.env = container.env.filter(({ name }) => name !== 'MILEPOST_ENVIRONMENT');
  }
});
mistake('overlays-prod', 'another environment', 'is not in the container itself', ({ container }) => {
  container('Deployment').env.find(({ name }) => name === 'MILEPOST_ENVIRONMENT').value = 'prod';
});
mistake('overlays-prod', 'replicas that its autoscaler owns', 'which each apply would set against', ({ take }) => {
  take('Deployment').spec.replicas = 3;
});
mistake('overlays-prod', 'an autoscaler that goes down to one', 'fewer than two replicas', ({ take }) => {
  take('HorizontalPodAutoscaler').spec.minReplicas = 1;
});
mistake('overlays-prod', 'a database without TLS', 'the database without TLS', ({ container }) => {
  container('Job').env = container('Job').env.filter(({ name }) => name !== 'MILEPOST_DATABASE_TLS_CA_FILE');
});
mistake('overlays-prod', 'a password in the manifests', 'a secret in the manifests', ({ objects }) => {
  objects.push({ apiVersion: 'v1', kind: 'Secret', metadata: { name: 'x', namespace: 'milepost' } });
});

// Settings that the server does not have, or does not take.
mistake(
  'overlays-dev',
  'a variable that the server does not know',
  'gig_catalog does not know MILEPOST_LOG_LEVLE',
  ({ take }) => {
    take('ConfigMap', 'gig-catalog').data.MILEPOST_LOG_LEVLE = 'info';
  },
);
mistake('overlays-dev', 'a value that the server does not take', 'MILEPOST_DRAIN_TIME: "8"', ({ take }) => {
  take('ConfigMap', 'milepost').data.MILEPOST_DRAIN_TIME = '8';
});
mistake('overlays-dev', 'a flag that the server does not know', 'does not know --lane=3', ({ container }) => {
  container('Deployment', 'gig-catalog').args.push('--lane=3');
});
mistake('overlays-dev', 'a server that is not in the image', "no server 'gig_catalogue'", ({ container }) => {
  container('Deployment', 'gig-catalog').args[0] = 'gig_catalogue';
});
mistake('overlays-dev', 'a password file that is not mounted', 'nothing is mounted at /etc/password', ({ take }) => {
  take('ConfigMap', 'milepost').data.MILEPOST_DATABASE_PASSWORD_FILE = '/etc/password';
});
