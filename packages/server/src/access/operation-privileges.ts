import type { Privilege, SecurableKind } from '../privilege.ts'

/**
 * Requirement of an operation: a privilege on one object. A caller must meet all requirements of an operation.
 * `docs/reference/privileges.md` is generated from all requirements; the code of each operation enforces its requirements.
 */
export interface Requirement {
  readonly privilege: Privilege
  readonly on: SecurableKind
  /** Name of the object, for operations with several objects of the same kind. */
  readonly object: string
  /**
   * True when `use` on an object below is also sufficient (`decidePassage`). The response then contains only what the
   * caller may see.
   */
  readonly passage?: true
  /** Condition under which the requirement applies. Absent when it always applies. */
  readonly when?: string
}

export interface OperationPrivileges {
  readonly needs: readonly Requirement[]
  readonly note?: string
}
