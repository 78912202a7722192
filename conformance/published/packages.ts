const libraries = ['errors', 'json', 'sigv4', 'http', 'auth', 'iceberg', 'lance', 'forward'] as const
const programs = ['postgres', 'storage', 'console', 'server', 'cli'] as const

/** Folder of a library below `packages`. */
export type Library = (typeof libraries)[number]

/** Folder of a published package below `packages`. */
export type PackageName = Library | (typeof programs)[number]

/** The libraries in build order: each library after the libraries that it depends on. */
export const libraryNames: readonly Library[] = libraries

/**
 * All published packages in build order: each package after the packages that it depends on. The packages of the server
 * and the command line are for Node only, and `console` has only files of a page.
 */
export const packageNames: readonly PackageName[] = [...libraries, ...programs]

/** The entry points of each package. */
export const entryPoints: Readonly<Record<PackageName, readonly string[]>> = {
  errors: ['.'],
  json: ['.'],
  sigv4: ['.', './web'],
  http: ['.'],
  auth: ['.', './tokens'],
  iceberg: ['./client', './expression', './manifest', './metadata', './rest', './view'],
  lance: ['./client', './format', './model'],
  forward: ['.'],
  postgres: ['.'],
  storage: ['.', './s3'],
  console: [],
  server: ['.', './malloc-settings'],
  cli: ['.'],
}

/**
 * Returns the name of a package in the npm registry. The package of the command line has the name of the program,
 * `headgate`.
 */
export function registryName(name: PackageName): string {
  return name === 'cli' ? 'headgate' : `@headgate/${name}`
}

/** Returns the import specifier of an entry point, such as `@headgate/lance/client`. */
export function specifier(name: PackageName, entry: string): string {
  return `${registryName(name)}${entry.slice(1)}`
}

/** Entry points that work only in Node. */
export const nodeOnly: readonly string[] = [
  '@headgate/sigv4',
  '@headgate/forward',
  '@headgate/iceberg/expression',
  '@headgate/iceberg/manifest',
]
