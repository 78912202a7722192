import { afterAll, beforeAll, describe } from 'vitest'
import { accessPromises } from './commands/access/test-access.ts'
import { auditPromises } from './commands/audit/test-audit.ts'
import { enginePromises } from './commands/engine/test-engines.ts'
import { grantPromises } from './commands/grant/test-grants.ts'
import { keyPromises } from './commands/keys/test-keys.ts'
import { namespacePromises } from './commands/namespace/test-namespaces.ts'
import { principalPromises } from './commands/principal/test-principals.ts'
import { relationPromises } from './commands/relation/test-relations.ts'
import { rolePromises } from './commands/role/test-roles.ts'
import { revocationPromises } from './commands/test-revocation.ts'
import { warehousePromises } from './commands/warehouse/test-warehouses.ts'
import { connectionPromises } from './test-connections.ts'
import { testHeadgate, type TestHeadgate } from './test-headgate.ts'

// One server for all commands: starting one takes longer than all of them.
describe('commands against a server', () => {
  let server: TestHeadgate

  beforeAll(async () => {
    server = await testHeadgate()
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
  })

  const shared = (): TestHeadgate => server
  principalPromises(shared)
  rolePromises(shared)
  grantPromises(shared)
  accessPromises(shared)
  enginePromises(shared)
  auditPromises(shared)
  warehousePromises(shared)
  namespacePromises(shared)
  relationPromises(shared)
  revocationPromises(shared)
  keyPromises(shared)
  connectionPromises(shared)
})
