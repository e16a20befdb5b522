// The check of the bill of materials can fail: a good one, then deliberate mistakes in it, one at a time. Run by ./dev check.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { problems } from './check_sbom.mjs';

const sha1 = (text) => createHash('sha1').update(text).digest('hex');

function good() {
  const common = { downloadLocation: 'NOASSERTION' };
  const file = (number, fileName, text) => ({
    SPDXID: `SPDXRef-File-${number}`,
    fileName,
    checksums: [{ algorithm: 'SHA1', checksumValue: sha1(text) }],
  });
  const relation = (spdxElementId, relationshipType, relatedSpdxElement) => ({ spdxElementId, relationshipType, relatedSpdxElement });
  return {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'milepost-1',
    documentNamespace: 'https://milepost.invalid/spdx/1',
    creationInfo: { created: '2026-11-29T21:00:00Z', creators: ['Tool: t'] },
    packages: [
      {
        SPDXID: 'SPDXRef-image', name: 'image', versionInfo: '1', filesAnalyzed: true, ...common,
        packageVerificationCode: { packageVerificationCodeValue: sha1([sha1('one'), sha1('two')].sort().join('')) },
      },
      {
        SPDXID: 'SPDXRef-deb-zlib1g', name: 'zlib1g', versionInfo: '1:1.3', filesAnalyzed: false, ...common,
        supplier: 'Organization: Debian',
        externalRefs: [{ referenceType: 'purl', referenceLocator: 'pkg:deb/debian/zlib1g@1:1.3?arch=amd64&distro=sid' }],
      },
    ],
    files: [file(1, './one', 'one'), file(2, './two', 'two')],
    relationships: [
      relation('SPDXRef-DOCUMENT', 'DESCRIBES', 'SPDXRef-image'),
      relation('SPDXRef-File-1', 'GENERATED_FROM', 'SPDXRef-deb-zlib1g'),
      relation('SPDXRef-File-2', 'GENERATED_FROM', 'SPDXRef-deb-zlib1g'),
    ],
  };
}

test('nothing is wrong with the good one', () => assert.deepEqual(problems(good()), []));

// mistake(SAID, change): after `change`, one of the problems contains SAID.
function mistake(said, change) {
  test(said, () => {
    const sbom = good();
    change(sbom);
    assert.ok(problems(sbom).some((problem) => problem.includes(said)), `want '${said}' among:\n${problems(sbom).join('\n')}`);
  });
}

mistake('spdxVersion is SPDX-2.2', (sbom) => { sbom.spdxVersion = 'SPDX-2.2'; });
mistake('no dataLicense', (sbom) => { delete sbom.dataLicense; });
mistake('no documentNamespace', (sbom) => { delete sbom.documentNamespace; });
mistake('creationInfo.created is no instant', (sbom) => { sbom.creationInfo.created = 'today'; });
mistake('package zlib1g: no versionInfo', (sbom) => { delete sbom.packages[1].versionInfo; });
mistake('package zlib1g: no downloadLocation', (sbom) => { delete sbom.packages[1].downloadLocation; });
mistake('package zlib1g: no purl', (sbom) => { sbom.packages[1].externalRefs = []; });
mistake('package image: its verification code is not', (sbom) => { sbom.files[0].checksums[0].checksumValue = sha1('three'); });
mistake('file ./one: no SHA1', (sbom) => { sbom.files[0].checksums = []; });
mistake('file ./two: of no package', (sbom) => { sbom.relationships.pop(); });
mistake('an SPDXID is there twice', (sbom) => { sbom.files[1].SPDXID = 'SPDXRef-File-1'; });
mistake('SPDXID SPDXRef-libstdc++ has other characters', (sbom) => { sbom.packages[1].SPDXID = 'SPDXRef-libstdc++'; });
mistake('relationship with SPDXRef-deb-zlib1g, which is not there', (sbom) => { sbom.packages.pop(); });
mistake('the document describes nothing', (sbom) => { sbom.relationships.shift(); });

test('a file that is not in the list, one that is not there and one that differs are named', () => {
  const folder = mkdtempSync(join(tmpdir(), 'sbom-'));
  try {
    writeFileSync(join(folder, 'one'), 'another');
    writeFileSync(join(folder, 'three'), 'three');
    assert.deepEqual(problems(good(), folder).sort(), [
      'one is another file than in the list',
      'three is in the image, and not in the list',
      'two is in the list, and not in the image',
    ]);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
