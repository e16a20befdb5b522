// Everything that is checked on one build: its shape against the oldest and the newest Kubernetes, the rules, the settings.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { KubernetesApi } from './kubernetes_api.mjs';
import { Manifests, nameOf } from './manifests.mjs';
import { rules } from './rules.mjs';
import { Servers } from './settings.mjs';

const examples = new URL('../../k8s/overlays/prod/secrets.example.yaml', import.meta.url);

export class Reading {
  constructor(tools, bin) {
    this.yaml = createRequire(import.meta.url)(join(tools, 'yaml'));
    this.apis = ['oldest', 'newest'].map((folder) => new KubernetesApi(join(tools, folder)));
    this.servers = new Servers(bin);
  }

  // `name`: of the kustomization. The base alone names no payment provider and no database: its rules are the overlays'.
  async problems(objects, name) {
    const problems = [];
    for (const object of objects) {
      for (const api of this.apis) {
        for (const problem of await api.problems(object)) problems.push(`${nameOf(object)}: ${problem}`);
      }
    }
    if (problems.length > 0 || name === 'base') return problems;
    const isProduction = name === 'overlays-prod';
    const outside = isProduction ? this.objects(readFileSync(examples, 'utf8')) : [];
    const manifests = new Manifests(objects, outside, isProduction);
    for (const [rule, check] of Object.entries(rules)) {
      for (const problem of check(manifests)) problems.push(`${problem} — ${rule}`);
    }
    problems.push(...this.servers.problems(manifests));
    return problems;
  }

  // Throws on what is no strict YAML: a key that stands twice, a tab.
  objects(text) {
    return this.yaml.parseAllDocuments(text, { strict: true, uniqueKeys: true }).map((document) => {
      if (document.errors.length > 0) throw document.errors[0];
      return document.toJS();
    });
  }
}
