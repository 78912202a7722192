import type { Library } from './packages.ts'

/** Example program for a bundle, and the maximum size of the bundle in bytes, minified and compressed with gzip. */
export interface BundleCase {
  readonly title: string
  readonly library: Library
  readonly source: string
  /** Maximum size of the code that is loaded at start, in bytes. */
  readonly maxBytes: number
}

export const bundleCases: readonly BundleCase[] = [
  {
    title: 'one small function of @headgate/http',
    library: 'http',
    source: `import { headerValue } from '@headgate/http'\nconsole.log(headerValue([], 'a'))`,
    maxBytes: 300,
  },
  {
    title: '@headgate/auth with its registry, providers loaded when they are used',
    library: 'auth',
    source: `import { AuthRegistry } from '@headgate/auth'\nimport { fetchTransport, send } from '@headgate/http'\nconsole.log(AuthRegistry, fetchTransport, send)`,
    maxBytes: 9_000,
  },
  {
    title: '@headgate/sigv4/web',
    library: 'sigv4',
    source: `import { signRequest } from '@headgate/sigv4/web'\nconsole.log(signRequest)`,
    maxBytes: 4_000,
  },
  {
    title: '@headgate/iceberg/client, providers loaded when they are used',
    library: 'iceberg',
    source: `import { RestCatalog } from '@headgate/iceberg/client'\nconsole.log(RestCatalog)`,
    maxBytes: 38_000,
  },
  {
    title: 'one error class of @headgate/iceberg/client',
    library: 'iceberg',
    source: `import { NoSuchTableError } from '@headgate/iceberg/client'\nconsole.log(NoSuchTableError)`,
    maxBytes: 600,
  },
  {
    title: 'the names of @headgate/lance/model',
    library: 'lance',
    source: `import { lanceErrorNames } from '@headgate/lance/model'\nconsole.log(lanceErrorNames)`,
    maxBytes: 600,
  },
  {
    title: '@headgate/lance/client, providers loaded when they are used',
    library: 'lance',
    source: `import { LanceNamespace } from '@headgate/lance/client'\nconsole.log(LanceNamespace)`,
    maxBytes: 25_000,
  },
]
