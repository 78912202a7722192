import { randomUUID } from 'node:crypto'
import { demand } from '../../lib/outcome.ts'
import { readMember, type Send, sender } from '../../refresh/catalog-client.ts'
import { inShort } from '../../refresh/credential.ts'
import type { OwnServer } from '../../refresh/own-server.ts'
import { createBody } from '../../refresh/table-requests.ts'
import { type Check, notChecked } from '../check.ts'
import { type Fixture, granted, toCredential } from '../fixture.ts'
import type { Lab, LabClient } from '../lab.ts'
import { bearer, tokenTypes } from '../token-endpoint.ts'

const audience = 'https://behind.example'
/** Warehouse of the catalog behind the server. */
const behindName = 'behind'
/** Time in ms within which an audit event is written. */
const auditMs = 5_000

/** Checks of the identity that the server forwards to catalogs behind it. */
export const onward: readonly Check[] = [
  {
    row: 'S24',
    name: 'onward',
    about:
      'a catalog behind the server receives the user and the engine, and decides with the rights of the user',
    async run(fixture) {
      const lab = fixture.lab()
      const name = `onward-${randomUUID().slice(0, 8)}`
      const id = await addWarehouse(lab, name)
      const issuer = `${lab.uri}/assertions/${id}`
      const [alice, eve] = [await lab.client(fixture.name()), await lab.client(fixture.name())]
      const engine = await fixture.registered()
      const behind = await startBehind(lab, { issuer, users: [alice, eve], engine })
      await behind.grant(`${issuer}#${alice.name}`, 'manage', behindName)
      await lab.must('PATCH', `warehouses/${name}`, { upstream: { uri: behind.uri } })
      for (const { name: principal } of [alice, eve])
        await lab.must('POST', 'grants', { privilege: 'manage', on: { warehouse: name }, to: { principal } })

      const asAlice = await callerFor(fixture, engine, alice)
      const path = `v1/${name}/namespaces`
      const load = (send: Send): ReturnType<Send> => send('GET', `${path}/n/tables/t`)
      await asAlice('POST', path, { body: { namespace: ['n'] } })
      const made = await asAlice('POST', `${path}/n/tables`, { body: createBody('t') })
      demand(made.status === 200, `a table of the user in the catalog behind: ${inShort(made)}`)
      const loaded = await load(asAlice)
      demand(loaded.status === 200, `a load of the user: ${inShort(loaded)}`)
      await demandEvent(behind, { principal: `${issuer}#${alice.name}`, actor: engine.name })

      const { status: other } = await load(await callerFor(fixture, engine, eve))
      demand(other === 403, `a user without rights in the catalog behind: expected 403, got ${other}`)
      const own = bearer(await fixture.own(toCredential(alice)))
      const { status: around } = await sender(behind.uri, own)('GET', `v1/config?warehouse=${behindName}`)
      demand(around === 401, `a token of this server at the catalog behind: expected 401, got ${around}`)
      const identity = { mode: 'assert', audience: 'https://other.example' }
      await lab.must('PATCH', `warehouses/${name}`, { upstream: { identity } })
      const { status: wrong } = await load(asAlice)
      demand(wrong === 502, `an assertion that the catalog behind refuses: expected 502, got ${wrong}`)
      return 'asserted to a second Headgate server'
    },
  },
]

/** Creates a warehouse that asserts its users, before the catalog behind it exists. Returns the id of the warehouse. */
async function addWarehouse(lab: Lab, name: string): Promise<string> {
  const made = await lab.must('POST', 'warehouses', {
    name,
    allowedLocations: [`s3://${behindName}`],
    upstream: {
      uri: 'http://127.0.0.1:9',
      warehouse: behindName,
      credentials: 'none',
      identity: { mode: 'assert', audience },
    },
  })
  return String(readMember(made, 'id'))
}

/** Starts a catalog that trusts only the assertions of one issuer, and knows these users. Only the engine has rights. */
async function startBehind(
  lab: Lab,
  {
    issuer,
    users,
    engine,
  }: { readonly issuer: string; readonly users: readonly LabClient[]; readonly engine: LabClient },
): Promise<OwnServer> {
  const entry = { issuer, audience, tokenType: 'any', makesPrincipals: false }
  const start = lab.startServer ?? notChecked('a second server of this run')
  const behind = await start({ HEADGATE_ISSUERS: JSON.stringify([entry]), HEADGATE_AUDIT_READS: 'store' })
  await behind.gatewayWarehouse(behindName)
  const must = async (path: string, body: unknown): Promise<void> => {
    const response = await behind.manage('POST', path, { body })
    demand(response.status < 300, `${path} at the catalog behind: ${inShort(response)}`)
  }
  for (const { name } of users) await must('principals/register', { issuer, subject: name })
  await must('principals', { name: engine.name })
  await must(`principals/${engine.name}/federations`, { issuer, subject: engine.name })
  await must('engines', { principal: engine.name, subjects: [{ issuer, pattern: '*' }] })
  await behind.grant(engine.name, 'manage', behindName)
  return behind
}

/** Returns a function that sends requests of an engine for a user. */
async function callerFor(fixture: Fixture, engine: LabClient, user: LabClient): Promise<Send> {
  const form = {
    subject_token: await fixture.own(toCredential(user)),
    subject_token_type: tokenTypes.accessToken,
  }
  const token = granted(await fixture.exchange(form, engine.basic), 'an exchange')
  return sender(fixture.uri, bearer(token))
}

/** Waits until the audit log of the catalog behind contains a load of the user by the engine. */
async function demandEvent(
  { manage }: OwnServer,
  { principal, actor }: { readonly principal: string; readonly actor: string },
): Promise<void> {
  const deadline = Date.now() + auditMs
  for (;;) {
    const { json } = await manage('GET', 'audit?operation=loadTable')
    const { events = [] } = json as {
      readonly events?: readonly { readonly principal: string; readonly actors: readonly string[] }[]
    }
    if (events.some((event) => event.principal === principal && event.actors.includes(actor))) return
    demand(
      Date.now() < deadline,
      `no load of ${principal} by ${actor} in the audit log of the catalog behind`,
    )
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
