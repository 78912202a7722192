import type { PrincipalView, SecretView } from '../../src/management/principals.ts'
import type { SecurableName } from '../../src/management/securable.ts'
import type { Finding } from '../../src/catalog/finding.ts'
import type { KeyView, MasterKeyView } from '../../src/management/key-schemas.ts'
import type { WarehouseView } from '../../src/management/warehouse-schemas.ts'

/** Fields of a relation or namespace that tests read from lists and single responses. */
interface Placed {
  readonly namespace: readonly string[]
  readonly name: string
}

/**
 * The members of all response bodies in one type. A member that an operation does not return is undefined,
 * and the test that reads it fails.
 */
export interface ReplyBody extends SecretView {
  readonly error: { readonly code: string; readonly message: string }
  readonly nextPageToken: string | null
  readonly id: string
  readonly name: string
  readonly system: boolean
  readonly version: number
  readonly principal: PrincipalView
  readonly secret: SecretView
  readonly principals: readonly PrincipalView[]
  readonly roles: readonly { readonly id: string; readonly name: string }[]
  readonly effects: readonly {
    readonly gains: readonly { readonly id: string }[]
    readonly loses: readonly { readonly id: string }[]
  }[]
  readonly grants: readonly { readonly on: SecurableName | null; readonly privilege: string }[]
  readonly events: readonly { readonly operation: string; readonly object: string | null }[]
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly accessKeys: readonly { readonly accessKeyId: string }[]
  readonly storage: WarehouseView['storage']
  readonly vending: WarehouseView['vending']
  readonly notBefore: string
  readonly findings: readonly Finding[]
  readonly keys: readonly KeyView[]
  readonly masterKey: MasterKeyView
  readonly warehouses: readonly WarehouseView[]
  readonly orphans: readonly (Placed & { readonly id: string; readonly prefixes: readonly string[] })[]
  readonly places: readonly { readonly location: string }[]
  readonly overlaps: readonly { readonly outer: unknown; readonly inner: unknown }[]
  readonly dropped: readonly (Placed & { readonly droppedAt: string; readonly expiresAt: string })[]
}
