/**
 * Naming scheme of manifest files. A `V1` name is the version. A `V2` name is 2^64 - 1 minus the version, with 20
 * digits, so that a listing begins with the latest version.
 */
export type NamingScheme = 'V1' | 'V2'

/** Version and naming scheme in the name of a manifest file. */
export interface ManifestName {
  readonly version: bigint
  readonly scheme: NamingScheme
}

const suffix = '.manifest'
const maxUint64 = 2n ** 64n - 1n
const v2Digits = 20

/**
 * Returns the file name of the manifest of a version, in the folder `_versions` of the table or branch.
 *
 * @example manifestName(1, 'V2') // '18446744073709551614.manifest'
 */
export function manifestName(version: number | bigint, scheme: NamingScheme): string {
  if (scheme === 'V1') return `${version}${suffix}`
  return `${String(maxUint64 - BigInt(version)).padStart(v2Digits, '0')}${suffix}`
}

/**
 * Parses the file name of a manifest. Returns null for other files, such as detached or staged manifests.
 *
 * @example parseManifestName('7.manifest') // { version: 7n, scheme: 'V1' }
 */
export function parseManifestName(name: string): ManifestName | null {
  const digits = /^(\d{1,20})\.manifest$/.exec(name)?.[1]
  if (digits === undefined) return null
  const number = BigInt(digits)
  if (number > maxUint64) return null
  return digits.length === v2Digits
    ? { version: maxUint64 - number, scheme: 'V2' }
    : { version: number, scheme: 'V1' }
}
