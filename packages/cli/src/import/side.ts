import { isAuthError } from '@headgate/auth'
import { isHeadgateError } from '@headgate/errors'
import {
  IcebergConnectionError,
  IcebergRestError,
  NotAuthorizedError,
  type RestCatalog,
} from '@headgate/iceberg/client'
import { toCliError } from '../auth/auth-cli-error.ts'
import { CliError } from '../cli-error.ts'
import { exitCode } from '../exit-code.ts'

/** Source or target catalog of an import. */
export interface Side {
  readonly role: 'source' | 'target'
  readonly url: string
  readonly catalog: RestCatalog
}

/**
 * Error for a request about one namespace, table or view that a catalog refuses. The import continues with other
 * objects.
 */
export class RefusedError extends Error {
  override readonly name = 'RefusedError'
  /** Catalog that refused the call. */
  readonly role: Side['role']
  /** Error response of the catalog. */
  readonly response: IcebergRestError

  constructor({ role }: Pick<Side, 'role'>, response: IcebergRestError) {
    super(`${role === 'source' ? 'Source' : 'Target'} (${response.status}): ${response.message}`, {
      cause: response,
    })
    this.role = role
    this.response = response
  }
}

/**
 * Calls a catalog of an import and converts its errors.
 *
 * @throws RefusedError for an error response that concerns only this call
 * @throws CliError when every further call would fail too, for example without a connection or a valid credential
 */
export async function ask<Result>(
  side: Side,
  call: (catalog: RestCatalog) => Promise<Result>,
): Promise<Result> {
  try {
    return await call(side.catalog)
  } catch (error) {
    throw error instanceof IcebergRestError && !(error instanceof NotAuthorizedError)
      ? new RefusedError(side, error)
      : toImportError(side, error)
  }
}

/** Converts an error of a catalog that ends the import to a `CliError`. Returns any other error unchanged. */
export function toImportError({ role, url }: Omit<Side, 'catalog'>, error: unknown): unknown {
  if (isAuthError(error)) return toCliError(error)
  if (error instanceof IcebergConnectionError) {
    return new CliError(
      exitCode.unreachable,
      `The ${role} catalog at ${url} does not respond: ${error.message}.`,
      {
        next: `Check the URL and the network, then run the command again: it continues where it stopped.`,
        cause: error,
      },
    )
  }
  if (error instanceof NotAuthorizedError) {
    return new CliError(
      exitCode.credential,
      `The ${role} catalog at ${url} does not accept the credential: ${error.message}`,
      { next: adviseOnCredential(role), cause: error },
    )
  }
  if (error instanceof IcebergRestError) {
    return new CliError(
      error.status >= 500 ? exitCode.failed : exitCode.refused,
      `The ${role} catalog at ${url} refused ${error.operation}: ${error.message}`,
      { next: adviseOnWarehouse(role), cause: error },
    )
  }
  if (isHeadgateError(error)) return new CliError(exitCode.usage, error.message, { cause: error })
  return error
}

function adviseOnCredential(role: Side['role']): string {
  return role === 'source'
    ? 'Check the properties of --from, --auth and --set: packages/auth/README.md lists them for each service.'
    : '`headgate config show` shows which credential is used and where it comes from.'
}

function adviseOnWarehouse(role: Side['role']): string {
  return role === 'source'
    ? 'Check --from and --from-warehouse.'
    : 'Check --url and --warehouse. `headgate warehouse list` shows the warehouses that you may use.'
}
