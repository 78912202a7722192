import type { OpenOperation } from '../operation/open-operation.ts'
import { type IssuerOperationDeps, issuerOperations } from './issuer-operations.ts'
import { pageOperations } from './page.ts'
import { sessionOperations } from './session-operations.ts'

/** Returns the operations of the console that are not operations of other APIs. */
export function consoleOperations(deps: IssuerOperationDeps): readonly OpenOperation[] {
  return [...sessionOperations(deps), ...issuerOperations(deps), ...pageOperations()]
}
