import { readFileSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { Component } from './bill-of-materials.ts'

/** Libraries in the npm package of PostgreSQL: the prefix of the file name, and the folder of the copyright file. */
const libraries: readonly (readonly [string, string])[] = [
  ['libcrypto.so.', 'openssl'],
  ['libicuuc.so.', 'icu'],
  ['liblzma.so.', 'liblzma'],
  ['libossp-uuid.so.', 'ossp-uuid'],
  ['libxml2.so.', 'libxml2'],
  ['libxslt.so.', 'libxslt'],
  ['libz.so.', 'zlib'],
]

/**
 * Returns the components of the embedded PostgreSQL and of the libraries in its npm package. The version of a library
 * is read from the content of its file, or else from its file name.
 *
 * @param native path of the folder `native` in the npm package
 */
export function postgresComponents(
  npmName: string,
  npmVersion: string,
  native: string,
): readonly Component[] {
  const version = npmVersion.split('.').slice(0, 2).join('.')
  const files = readdirSync(join(native, 'lib')).toSorted()
  return [
    {
      'bom-ref': `postgresql@${version}`,
      type: 'application',
      name: 'postgresql',
      version,
      purl: `pkg:npm/${npmName.replace('@', '%40')}@${npmVersion}`,
      cpe: `cpe:2.3:a:postgresql:postgresql:${version}:*:*:*:*:*:*:*`,
      licenses: [{ license: { id: 'PostgreSQL' } }],
    },
    ...libraries.flatMap(([start, name]) => {
      const file = files.findLast((each) => each.startsWith(start))
      if (file === undefined) return []
      const found = versionIn(join(native, 'lib', file), name) ?? file.slice(start.length)
      return [
        {
          'bom-ref': `${name}@${found}`,
          type: 'library',
          name,
          version: found,
          licenses: [{ license: { name: `/usr/share/doc/${name}/copyright` } }],
        },
      ]
    }),
  ]
}

function versionIn(file: string, name: string): string | undefined {
  if (name !== 'openssl') return undefined
  return /OpenSSL (\d+\.\d+\.\d+[a-z]*) /.exec(readFileSync(file, 'latin1'))?.[1]
}
