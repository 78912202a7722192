import { afterAll, beforeAll, describe } from 'vitest'
import { accessScenarios } from './scenarios/access.ts'
import { auditScenarios } from './scenarios/audit.ts'
import { credentialScenarios } from './scenarios/credentials.ts'
import { engineScenarios } from './scenarios/engines.ts'
import { grantScenarios } from './scenarios/grants.ts'
import { healthScenarios } from './scenarios/health.ts'
import { keyScenarios } from './scenarios/keys.ts'
import { namespaceScenarios } from './scenarios/namespaces.ts'
import { principalScenarios } from './scenarios/principals.ts'
import { relationScenarios } from './scenarios/relations.ts'
import { profileScenarios } from './scenarios/profiles.ts'
import { roleScenarios } from './scenarios/roles.ts'
import { revocationScenarios } from './scenarios/revocation.ts'
import { searchScenarios } from './scenarios/search.ts'
import { warehouseScenarios } from './scenarios/warehouses.ts'
import { connectionScenarios } from './scenarios/connections.ts'
import { testHeadgate, type TestHeadgate } from './headgate.ts'

// The tests of all commands share one server, because the start of a server takes longer than the tests.
describe('commands against a server', () => {
  let server: TestHeadgate

  beforeAll(async () => {
    server = await testHeadgate()
  })
  afterAll(async () => {
    await server[Symbol.asyncDispose]()
  })

  const shared = (): TestHeadgate => server
  principalScenarios(shared)
  roleScenarios(shared)
  grantScenarios(shared)
  accessScenarios(shared)
  engineScenarios(shared)
  auditScenarios(shared)
  warehouseScenarios(shared)
  namespaceScenarios(shared)
  relationScenarios(shared)
  revocationScenarios(shared)
  credentialScenarios(shared)
  searchScenarios(shared)
  keyScenarios(shared)
  connectionScenarios(shared)
  profileScenarios(shared)
  healthScenarios(shared)
})
