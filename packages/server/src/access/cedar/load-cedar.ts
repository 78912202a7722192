import type * as CedarModule from '@cedar-policy/cedar-wasm/nodejs'
import { HeadgateError } from '@headgate/errors'

/** Module of the Cedar evaluator, which is WebAssembly. */
export type Cedar = typeof CedarModule

/**
 * Loads the Cedar evaluator. Its package (4 MB) is not a dependency of the server, because only servers with Cedar
 * policies need it.
 *
 * @throws HeadgateError `internal` with the installation command when the package is missing
 */
export async function loadCedar(): Promise<Cedar> {
  try {
    return await import('@cedar-policy/cedar-wasm/nodejs')
  } catch (cause) {
    throw new HeadgateError(
      'internal',
      'HEADGATE_AUTHORIZER=cedar needs a package that is not installed. Install it: npm install @cedar-policy/cedar-wasm@4',
      { cause },
    )
  }
}
