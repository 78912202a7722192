import type { Flavor } from './flavor.ts'

/** Debian release whose packages the images contain. */
export const suite = 'trixie'

/** Debian package, and the selection of its files that an image contains. */
export interface DebianPackage {
  readonly name: string
  readonly flavors: readonly Flavor[]
  /** Path prefixes of the files that an image contains. Default: all files except documentation and gconv modules. */
  readonly only?: readonly string[]
}

const both: readonly Flavor[] = ['server', 'trial']

export const debianPackages: readonly DebianPackage[] = [
  { name: 'base-files', flavors: both, only: ['usr/lib/os-release', 'usr/share/common-licenses/'] },
  // The build writes the certificates of this package into one file, and copies no file unchanged.
  { name: 'ca-certificates', flavors: both, only: [] },
  { name: 'gcc-14-base', flavors: both },
  { name: 'libc6', flavors: both },
  { name: 'libgcc-s1', flavors: both },
  { name: 'libstdc++6', flavors: both },
  // This package provides /bin/sh, with which initdb runs its helper programs.
  { name: 'dash', flavors: ['trial'] },
]

/**
 * Debian packages whose copyright files describe the libraries in the npm package of PostgreSQL, which contains no
 * copyright files. An image contains no other files of these Debian packages.
 */
export const copyrightPackages: Readonly<Record<string, string>> = {
  libpq5: 'postgresql',
  libicu76: 'icu',
  libxml2: 'libxml2',
  'libxslt1.1': 'libxslt',
  zlib1g: 'zlib',
  liblzma5: 'liblzma',
  'libossp-uuid16': 'ossp-uuid',
}

const leftOut = ['usr/share/man/', 'usr/share/lintian/', 'usr/share/locale/', 'usr/share/doc-base/']

/** Returns whether an image contains a file of a Debian package. Copyright files are always contained. */
export function isIncluded({ name, only }: DebianPackage, path: string): boolean {
  // The documentation folder of some packages is a link to that of another package, so the path of the link itself is
  // included.
  const doc = `usr/share/doc/${name}`
  if (path.startsWith('usr/share/doc/')) return path === doc || path === `${doc}/copyright`
  if (only !== undefined) return only.some((start) => path.startsWith(start))
  return !leftOut.some((start) => path.startsWith(start)) && !path.includes('/gconv/')
}
