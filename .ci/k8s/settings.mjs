// Are the settings of a container settings of its server? The server itself is asked: its --help names every flag, and its
// own parser reads the values.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { isOurs } from './manifests.mjs';

const servers = ['gig_catalog', 'offer_service', 'milestone_billing', 'payment_simulator'];
const commands = ['serve', 'migrate', 'health'];

export class Servers {
  // folder: where the servers' programs are.
  constructor(folder) {
    this.folder = folder;
    this.variables = new Map();
    this.answers = new Map();
  }

  // What is wrong with the settings of every container of ours.
  *problems(manifests) {
    for (const { where, container, pod } of manifests.containers.filter(({ container }) => isOurs(container))) {
      const [server, command] = container.args ?? [];
      if (!servers.includes(server)) {
        yield `${where}: no server '${server}' in the image`;
        continue;
      }
      if (!commands.includes(command)) yield `${where}: ${server} has no command '${command}'`;
      const environment = manifests.environmentOf(container);
      for (const name of this.#unknown(container, environment)) yield `${where}: ${server} does not know ${name}`;
      const said = this.#refusal(server, environment);
      if (said !== '') yield `${where}: ${said}`;
      for (const [name, { value }] of environment) {
        if (name.endsWith('_FILE') && !isMounted(value, container, pod))
          yield `${where}: ${name}: nothing is mounted at ${value}`;
      }
    }
  }

  // A variable that nobody reads is ignored by the process: only here is it found.
  *#unknown({ args: [server, , ...flags] }, environment) {
    const known = this.#variablesOf(server);
    for (const name of environment.keys()) if (!known.has(name)) yield name;
    for (const flag of flags) if (!known.has(`MILEPOST_${flag.replace(/^--|=.*$/g, '').toUpperCase()}`)) yield flag;
  }

  // The environment variables that the server reads: from its --help.
  #variablesOf(server) {
    if (!this.variables.has(server)) {
      const help = this.#run(server, ['--help'], {});
      if (help.status !== 0) throw new Error(`${server} --help: ${help.stderr}`);
      const flags = [...help.stdout.matchAll(/^ {2}--(\w+)$/gm)].map(([, flag]) => `MILEPOST_${flag.toUpperCase()}`);
      const others = [...help.stdout.matchAll(/\bMILEPOST_[A-Z_]+\b/g)].map(([name]) => name);
      this.variables.set(server, new Set([...flags, ...others]));
    }
    return this.variables.get(server);
  }

  // `health` reads all settings before it asks an address where nobody is; what it says of a setting is on stderr.
  #refusal(server, environment) {
    const given = [...environment].filter(([name, { value }]) => !name.endsWith('_FILE') && value !== undefined);
    const env = Object.fromEntries(given.map(([name, { value }]) => [name, value]));
    const question = `${server} ${JSON.stringify(env)}`;
    if (!this.answers.has(question)) {
      this.answers.set(question, this.#run(server, ['health', '--address=127.0.0.1:1'], env).stderr.trim());
    }
    return this.answers.get(question);
  }

  #run(server, args, env) {
    const ended = spawnSync(join(this.folder, server), args, { encoding: 'utf8', env, timeout: 20_000 });
    if (ended.error) throw ended.error;
    return ended;
  }
}

// A file setting's path is below a mount, and is one of the files that the volume shows there.
function isMounted(path, container, pod) {
  const mount = (container.volumeMounts ?? []).find(({ mountPath }) => path?.startsWith(`${mountPath}/`));
  if (!mount) return false;
  const volume = (pod.spec.volumes ?? []).find(({ name }) => name === mount.name);
  const items = (volume?.secret ?? volume?.configMap)?.items;
  return !items || items.some((item) => `${mount.mountPath}/${item.path}` === path);
}
