const libraries = ['errors', 'json', 'sigv4', 'http', 'auth', 'iceberg', 'lance', 'forward'] as const
const programs = ['postgres', 'storage', 'console', 'server', 'cli'] as const

/** Name of the folder of a library below `packages`. */
export type Library = (typeof libraries)[number]

/** Name of the folder of a published package below `packages`. */
export type PackageName = Library | (typeof programs)[number]

/** Folders of the libraries in build order: each library follows the libraries that it depends on. */
export const libraryNames: readonly Library[] = libraries

/**
 * Folders of all published packages in build order: each package follows the packages that it depends on. The server
 * and the command line run only in Node, and `console` contains only the files of a web page.
 */
export const packageNames: readonly PackageName[] = [...libraries, ...programs]

/** Entry points of each package, as paths below the package name. */
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

/** Returns the npm name of a package. The npm name of the command line is `headgate`, like the program. */
export function registryName(name: PackageName): string {
  return name === 'cli' ? 'headgate' : `@headgate/${name}`
}

/** Returns the import specifier of an entry point, such as `@headgate/lance/client`. */
export function specifier(name: PackageName, entry: string): string {
  return `${registryName(name)}${entry.slice(1)}`
}

/** Import specifiers of entry points that work only in Node. */
export const nodeOnly: readonly string[] = [
  '@headgate/sigv4',
  '@headgate/forward',
  '@headgate/iceberg/expression',
  '@headgate/iceberg/manifest',
]
