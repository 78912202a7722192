const libraries = ['errors', 'json', 'sigv4', 'http', 'auth', 'iceberg', 'lance', 'forward'] as const
const programs = ['postgres', 'storage', 'server', 'cli'] as const

/** Folder of a library below `packages`. */
export type Library = (typeof libraries)[number]

/** Folder of a published package below `packages`. */
export type PackageName = Library | (typeof programs)[number]

/** The libraries, each after those it depends on. */
export const libraryNames: readonly Library[] = libraries

/** All published packages, each after those it depends on. Those of the program are for Node only. */
export const packageNames: readonly PackageName[] = [...libraries, ...programs]

/** The entry points of each package. */
export const entryPoints: Readonly<Record<PackageName, readonly string[]>> = {
  errors: ['.'],
  json: ['.'],
  sigv4: ['.', './web'],
  http: ['.'],
  auth: ['.', './tokens'],
  iceberg: ['./client', './metadata', './rest', './view'],
  lance: ['./client', './model'],
  forward: ['.'],
  postgres: ['.'],
  storage: ['.', './s3'],
  server: ['.', './malloc-settings'],
  cli: ['.'],
}

/** Returns the name of a package at the registry. The command line has the name of the program. */
export function registryName(name: PackageName): string {
  return name === 'cli' ? 'headgate' : `@headgate/${name}`
}

/** Returns the specifier of an entry point: `@headgate/lance/client`. */
export function specifier(name: PackageName, entry: string): string {
  return `${registryName(name)}${entry.slice(1)}`
}

/** Libraries that only work in Node. Some of them use types of Node. */
export const nodeOnly: readonly string[] = ['@headgate/sigv4', '@headgate/forward']
