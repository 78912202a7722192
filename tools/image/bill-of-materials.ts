import { createHash } from 'node:crypto'
import { suite } from './debian-packages.ts'
import type { FetchedPackage } from './fetch-debian.ts'

/** Component in a CycloneDX 1.5 document. */
export interface Component {
  readonly 'bom-ref': string
  readonly type: string
  readonly name: string
  readonly version: string
  readonly purl?: string
  readonly cpe?: string
  readonly hashes?: readonly { readonly alg: string; readonly content: string }[]
  readonly licenses?: readonly License[]
  readonly externalReferences?: readonly { readonly type: string; readonly url: string }[]
}

type License =
  { readonly license: { readonly id: string } | { readonly name: string } } | { readonly expression: string }

/** Bill of materials: a CycloneDX 1.5 document. */
export interface Bill {
  readonly serialNumber: string
  readonly metadata: { readonly component: Component; readonly tools?: unknown }
  readonly components: readonly Component[]
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] }[]
}

/** SPDX identifiers of the licences that npm packages in an image may have. */
const acceptedLicenses = new Set([
  'Apache-2.0',
  'MIT',
  'ISC',
  '0BSD',
  'BlueOak-1.0.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
])

/** Values that are added to the bill of materials of the npm packages. */
export interface BillFacts {
  readonly version: string
  readonly architecture: string
  /** Time of the image, in epoch s. */
  readonly epoch: number
  readonly components: readonly Component[]
}

/**
 * Adds the other components of an image to the bill of materials that npm has written. Removes URLs of the registry
 * and of local files. The time and the serial number depend only on the content, so that builds are reproducible.
 *
 * @throws Error when a package has a licence that is not accepted
 */
export function composeBill(
  npmBill: string,
  { version, architecture, epoch, components }: BillFacts,
): string {
  const bill = JSON.parse(npmBill) as Bill
  const refused = bill.components.filter(({ licenses }) => !isAccepted(licenses ?? []))
  if (refused.length > 0)
    throw new Error(
      `These packages have licences that are not accepted: ${refused.map((each) => each['bom-ref']).join(', ')}. ` +
        'Replace the packages, or accept their licences in tools/image/bill-of-materials.ts.',
    )
  const { component } = bill.metadata
  const all = [...bill.components.map(withoutAddresses), ...components]
  const root = { 'bom-ref': component['bom-ref'], type: 'container', name: 'headgate', version }
  const document = {
    ...bill,
    metadata: {
      timestamp: new Date(epoch * 1000).toISOString(),
      component: { ...root, properties: [{ name: 'architecture', value: architecture }] },
      tools: bill.metadata.tools,
    },
    components: all,
    dependencies: bill.dependencies.map(({ ref, dependsOn = [] }) => ({
      ref,
      dependsOn:
        ref === root['bom-ref'] ? [...dependsOn, ...components.map((each) => each['bom-ref'])] : dependsOn,
    })),
  }
  const hash = createHash('sha256')
    .update(JSON.stringify({ ...document, serialNumber: '' }))
    .digest('hex')
  return `${JSON.stringify({ ...document, serialNumber: `urn:uuid:${toUuid(hash)}` }, null, 2)}\n`
}

function isAccepted(licenses: readonly License[]): boolean {
  return (
    licenses.length > 0 &&
    licenses.every(
      (each) => 'license' in each && 'id' in each.license && acceptedLicenses.has(each.license.id),
    )
  )
}

/**
 * Removes URLs of the registry and of local files, and addresses such as `git@github.com:…`, which CycloneDX does not
 * accept because they are not URLs.
 */
function withoutAddresses(component: Component): Component {
  const { externalReferences = [] } = component
  return {
    ...component,
    externalReferences: externalReferences.filter(
      ({ type, url }) => type !== 'distribution' && URL.canParse(url),
    ),
  }
}

/** Formats a hash as a UUID of version 8 (RFC 9562). */
function toUuid(hash: string): string {
  const parts = [hash.slice(0, 8), hash.slice(8, 12), `8${hash.slice(13, 16)}`, `a${hash.slice(17, 20)}`]
  return [...parts, hash.slice(20, 32)].join('-')
}

/** Returns the component of a Debian package. Its licences are in its copyright file in the image. */
export function debianComponent({ name, version, sha256 }: FetchedPackage, architecture: string): Component {
  return {
    'bom-ref': `deb/${name}@${version}`,
    type: 'library',
    name,
    version,
    purl: `pkg:deb/debian/${encodeURIComponent(name)}@${encodeURIComponent(version)}?arch=${architecture}&distro=${suite}`,
    hashes: [{ alg: 'SHA-256', content: sha256 }],
    licenses: [{ license: { name: `/usr/share/doc/${name}/copyright` } }],
  }
}

export function nodeComponent(npmName: string, version: string): Component {
  return {
    'bom-ref': `node@${version}`,
    type: 'application',
    name: 'node',
    version,
    purl: `pkg:npm/${npmName}@${version}`,
    cpe: `cpe:2.3:a:nodejs:node.js:${version}:*:*:*:*:*:*:*`,
    licenses: [{ license: { name: '/usr/share/doc/nodejs/LICENSE' } }],
  }
}
