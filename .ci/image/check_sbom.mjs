// Reads a bill of materials, and the files that it is about: node check_sbom.mjs SBOM.JSON [FOLDER]. Names each problem on a
// line; exit code 1 if there is one. `problems` wants what SPDX 2.3 requires, and more of us: a version and a purl for each
// of Debian's packages, and a package for each file.
import { createHash } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import { join, relative } from 'node:path';

const kId = /^SPDXRef-[A-Za-z0-9.-]+$/;
const kTypes = ['DESCRIBES', 'CONTAINS', 'BUILD_DEPENDENCY_OF', 'GENERATED_FROM'];
const kFields = {
  document: ['spdxVersion', 'dataLicense', 'SPDXID', 'name', 'documentNamespace', 'creationInfo', 'packages', 'relationships'],
  package: ['SPDXID', 'name', 'downloadLocation', 'versionInfo'],
  file: ['SPDXID', 'fileName', 'checksums'],
  relationship: ['spdxElementId', 'relationshipType', 'relatedSpdxElement'],
};

function* missing(kind, element, name) {
  for (const field of kFields[kind]) if (!element[field]) yield `${kind} ${name}: no ${field}`;
}

function* ofDocument(sbom) {
  yield* missing('document', sbom, 'itself');
  if (sbom.spdxVersion !== 'SPDX-2.3') yield `spdxVersion is ${sbom.spdxVersion}`;
  if (sbom.dataLicense !== 'CC0-1.0') yield `dataLicense is ${sbom.dataLicense}`;
  if (sbom.SPDXID !== 'SPDXRef-DOCUMENT') yield `the document's SPDXID is ${sbom.SPDXID}`;
  if (!/^https:[^#]+$/.test(sbom.documentNamespace)) yield `documentNamespace is ${sbom.documentNamespace}`;
  if (!/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/.test(sbom.creationInfo?.created)) yield 'creationInfo.created is no instant';
  if (!sbom.creationInfo?.creators?.every((creator) => /^(Tool|Person|Organization): /.test(creator)))
    yield 'creationInfo.creators name nobody';
}

function* ofPackages({ packages = [], files = [] }) {
  for (const one of packages) {
    yield* missing('package', one, one.name);
    const purl = one.externalRefs?.find(({ referenceType }) => referenceType === 'purl')?.referenceLocator;
    if (one.supplier === 'Organization: Debian' && !/^pkg:deb\/debian\/[^@]+@[^?]+\?arch=/.test(purl)) yield `package ${one.name}: no purl`;
    if (one.filesAnalyzed === false && one.packageVerificationCode) yield `package ${one.name}: a code, and no files`;
    if (one.filesAnalyzed === false) continue;
    const sums = files.map(({ checksums }) => sumOf(checksums, 'SHA1')).sort().join('');
    const code = createHash('sha1').update(sums).digest('hex');
    if (one.packageVerificationCode?.packageVerificationCodeValue !== code) yield `package ${one.name}: its verification code is not ${code}`;
  }
}

function sumOf(checksums = [], algorithm) {
  return checksums.find((checksum) => checksum.algorithm === algorithm)?.checksumValue;
}

function* ofFiles({ files = [], relationships = [] }) {
  const origins = new Set(relationships.filter((one) => one.relationshipType === 'GENERATED_FROM').map((one) => one.spdxElementId));
  for (const file of files) {
    yield* missing('file', file, file.fileName);
    if (!/^[0-9a-f]{40}$/.test(sumOf(file.checksums, 'SHA1'))) yield `file ${file.fileName}: no SHA1`;
    if (!origins.has(file.SPDXID)) yield `file ${file.fileName}: of no package`;
  }
}

function* ofRelationships({ packages = [], files = [], relationships = [] }) {
  const ids = ['SPDXRef-DOCUMENT', ...[...packages, ...files].map(({ SPDXID }) => SPDXID)];
  const known = new Set(ids);
  if (known.size !== ids.length) yield 'an SPDXID is there twice';
  for (const id of ids) if (!kId.test(id)) yield `SPDXID ${id} has other characters than letters, digits, . and -`;
  for (const one of relationships) {
    yield* missing('relationship', one, JSON.stringify(one));
    if (!kTypes.includes(one.relationshipType)) yield `relationship ${one.relationshipType} is none of ours`;
    for (const id of [one.spdxElementId, one.relatedSpdxElement]) if (!known.has(id)) yield `relationship with ${id}, which is not there`;
  }
  if (!relationships.some((one) => one.spdxElementId === 'SPDXRef-DOCUMENT' && one.relationshipType === 'DESCRIBES'))
    yield 'the document describes nothing';
}

// What a container's runtime puts into etc.
const kOfTheRuntime = new Set(['etc/hosts', 'etc/hostname', 'etc/mtab', 'etc/resolv.conf']);

function* ofFolder(sbom, folder) {
  const listed = new Map((sbom.files ?? []).map((file) => [file.fileName.replace(/^\.\//, ''), sumOf(file.checksums, 'SHA1')]));
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    const path = relative(folder, join(entry.parentPath ?? entry.path, entry.name));
    if (!entry.isFile() || kOfTheRuntime.has(path) || path.endsWith('/sbom.spdx.json')) continue;
    const sum = createHash('sha1').update(readFileSync(join(folder, path))).digest('hex');
    if (!listed.has(path)) yield `${path} is in the image, and not in the list`;
    else if (listed.get(path) !== sum) yield `${path} is another file than in the list`;
    listed.delete(path);
  }
  for (const path of listed.keys()) yield `${path} is in the list, and not in the image`;
}

// Every problem of a bill of materials; with a folder, also of its files.
export function problems(sbom, folder) {
  const found = [...ofDocument(sbom), ...ofPackages(sbom), ...ofFiles(sbom), ...ofRelationships(sbom)];
  return folder ? [...found, ...ofFolder(sbom, folder)] : found;
}

if (process.argv[1]?.endsWith('/check_sbom.mjs')) {
  const found = problems(JSON.parse(readFileSync(process.argv[2], 'utf8')), process.argv[3]);
  for (const problem of found) console.log(problem);
  process.exitCode = found.length > 0 ? 1 : 0;
}
