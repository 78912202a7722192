import type { OpenOperation } from '../operation/open-operation.ts'
import { pageOperations } from './page.ts'
import { type SessionOperationDeps, sessionOperations } from './session-operations.ts'

/** Returns the operations of the console that are not operations of other APIs. */
export function consoleOperations(deps: SessionOperationDeps): readonly OpenOperation[] {
  return [...sessionOperations(deps), ...pageOperations()]
}
