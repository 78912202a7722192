import type * as CedarModule from '@cedar-policy/cedar-wasm/nodejs'
import { HeadgateError } from '@headgate/errors'

/** Cedar's evaluator, as WebAssembly. */
export type Cedar = typeof CedarModule

/**
 * Loads the evaluator, which is not installed along with the server: 4 MB that only those need who configure it.
 *
 * @throws HeadgateError `internal`, with how to install it
 */
export async function loadCedar(): Promise<Cedar> {
  try {
    return await import('@cedar-policy/cedar-wasm/nodejs')
  } catch (cause) {
    throw new HeadgateError(
      'internal',
      'HEADGATE_AUTHORIZER=cedar needs a package that is not installed: npm install @cedar-policy/cedar-wasm@4',
      { cause },
    )
  }
}
