// What an API server of one Kubernetes version accepts: its kinds, and the fields of each with their types. Read from the
// classes that @kubernetes/client-node generates from that version's OpenAPI description.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

export class KubernetesApi {
  // folder: an unpacked @kubernetes/client-node.
  constructor(folder) {
    const generated = join(folder, 'dist/gen');
    const found = (...names) => names.map((name) => join(generated, name)).find(existsSync);
    this.models = found('models', 'model');
    this.kinds = readKinds(found('apis', 'api'));
    this.types = new Map();
    this.version = /release-([0-9.]+)/.exec(readFileSync(this.#file('V1Pod', '.d.ts'), 'utf8'))[1];
  }

  // What is wrong with the object's shape, each with the path of the field: an unknown kind or version, an unknown field,
  // a missing one, one of another type.
  async problems(object) {
    const type = this.kinds.get(`${object.apiVersion} ${object.kind}`);
    if (!type) return [`${object.apiVersion} ${object.kind} is not served by Kubernetes ${this.version}`];
    const problems = [];
    await this.#compare(object, type, '', problems);
    return problems.map((problem) => `${problem} (Kubernetes ${this.version})`);
  }

  async #compare(value, type, path, problems) {
    const list = /^Array<(.+)>$/.exec(type) ?? /^Set<(.+)>$/.exec(type);
    const map = /^\{ \[key: string\]: (.+?);? \}$/.exec(type);
    if (value === null) return void problems.push(`${path}: null`);
    if (list) {
      if (!Array.isArray(value)) return void problems.push(`${path}: want a list`);
      for (const [i, item] of value.entries()) await this.#compare(item, list[1], `${path}[${i}]`, problems);
    } else if (map) {
      if (!isObject(value)) return void problems.push(`${path}: want a map`);
      for (const [key, item] of Object.entries(value)) await this.#compare(item, map[1], `${path}.${key}`, problems);
    } else if (type in scalars) {
      if (!scalars[type](value)) problems.push(`${path}: ${JSON.stringify(value)} is not a ${type}`);
    } else {
      await this.#compareFields(value, type, path, problems);
    }
  }

  async #compareFields(value, type, path, problems) {
    if (!isObject(value)) return void problems.push(`${path}: want an object`);
    const fields = await this.#fieldsOf(type);
    for (const [name, item] of Object.entries(value)) {
      const field = fields.get(name);
      if (field) await this.#compare(item, field.type, `${path}.${name}`, problems);
      else problems.push(`${path}.${name}: unknown field`);
    }
    for (const [name, field] of fields) {
      if (field.required && !(name in value)) problems.push(`${path}.${name}: required, and missing`);
    }
  }

  // name → { type, required }
  async #fieldsOf(type) {
    if (!this.types.has(type)) this.types.set(type, await this.#readFields(type));
    return this.types.get(type);
  }

  async #readFields(type) {
    const module = await import(pathToFileURL(this.#file(type, '.js')));
    const described = module[type] ?? module.default[type];
    const declaration = readFileSync(this.#file(type, '.d.ts'), 'utf8');
    const fields = new Map();
    for (const attribute of described.attributeTypeMap) {
      const required = declaration.includes(`\n    '${attribute.name}': `);
      fields.set(attribute.baseName, { type: attribute.type, required });
    }
    return fields;
  }

  // The older generator names files v1Pod.js, the newer V1Pod.js.
  #file(type, ending) {
    return [type, type[0].toLowerCase() + type.slice(1)]
      .map((name) => join(this.models, name + ending))
      .find(existsSync);
  }
}

const scalars = {
  string: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  IntOrString: (value) => typeof value === 'string' || Number.isInteger(value),
  Date: (value) => typeof value === 'string',
  object: () => true,
  any: () => true,
};

function isObject(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

// "apps/v1 Deployment" → "V1Deployment", for all that can be created.
function readKinds(folder) {
  const kinds = new Map();
  for (const file of readdirSync(folder).filter((name) => name.endsWith('.d.ts'))) {
    const path = /'\/(?:api|apis)\/((?:[^/']+\/)?v[^/']+)\//.exec(
      readFileSync(join(folder, file.replace(/\.d\.ts$/, '.js')), 'utf8'),
    );
    if (!path) continue;
    const methods = readFileSync(join(folder, file), 'utf8');
    for (const [, kind, type] of methods.matchAll(
      /\bcreate(?:Namespaced)?(\w+)\((?:namespace: string, )?body: (\w+)[,)]/g,
    )) {
      kinds.set(`${path[1]} ${kind}`, type);
    }
  }
  return kinds;
}
