import type { OpenOperation } from '../operation/open-operation.ts'
import { pageOperations } from './page.ts'
import { type SessionOperationDeps, sessionOperations } from './session-operations.ts'

/** Returns the operations that only the web console has: its page, and the sign-in and sessions of browsers. */
export function consoleOperations(deps: SessionOperationDeps): readonly OpenOperation[] {
  return [...sessionOperations(deps), ...pageOperations()]
}
