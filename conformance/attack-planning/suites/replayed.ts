import { setTimeout as sleep } from 'node:timers/promises'
import { bearer } from '../../identity/token-endpoint.ts'
import { tokenFor } from '../../identity/lab.ts'
import { asCaller } from '../../refresh/catalog-client.ts'
import { credentials, fetchTasks, keysIn, plan, planIdOf, readAll } from '../requests.ts'
import { readMember } from '../../refresh/catalog-client.ts'
import type { Outcome, Suite } from '../suite.ts'

/** Time in ms after which the gateway uses no earlier decision. The server of the run keeps them for a second. */
const decisionMs = 1_500

export const replayed: Suite = {
  name: 'replayed',
  about: 'plan ids, plan tasks and keys of plans after the right was revoked',
  weight: 1,
  async open({ lab, as, namespace, orders, count }) {
    return async (random): Promise<Outcome> => {
      const name = `leaver-${count()}`
      const { secret } = await lab.client(name)
      const caller = asCaller(as.ada, bearer(await tokenFor(lab, name, secret)))
      const grants = ['orders', 'large'].map((relation) => ({
        privilege: 'select',
        on: { warehouse: lab.warehouse, namespace, relation },
        to: { principal: name },
      }))
      for (const grant of grants) await lab.must('POST', 'grants', grant)
      const planned = await plan(caller, namespace, 'orders')
      const large = await plan(caller, namespace, 'large')
      const [keys] = keysIn(planned)
      if (keys === undefined) return { what: 'a plan without keys', seen: [planned], isLegitimate: true }
      const before = await readAll(keys, orders.open)
      if (before.some(({ status }) => status !== 200))
        return { what: 'keys of a plan that do not work', seen: before, isLegitimate: true }
      const restricts = random.chance(0.5)
      for (const grant of grants) {
        await lab.must('POST', 'grants/revoke', grant)
        if (restricts) await lab.must('POST', 'grants', { ...grant, rows: `region = 'none'` })
      }
      await sleep(decisionMs)
      const [task = ''] = readMember(large.json, 'plan-tasks') as readonly string[]
      const renewed = await credentials(caller, namespace, 'orders', { planId: planIdOf(planned) })
      const seen = [
        ...(await readAll(keys, [...orders.open, ...orders.hidden])),
        ...(
          await Promise.all(keysIn(renewed).map((each) => readAll(each, [...orders.open, ...orders.hidden])))
        ).flat(),
        await plan(caller, namespace, 'large', { 'stats-fields': ['secret'] }),
        await fetchTasks(caller, namespace, 'large', task),
      ]
      const refused = seen.filter(({ text }) => !isEmptyPlan(text))
      return {
        what: restricts ? 'a plan after the right was restricted' : 'a plan after the right was revoked',
        seen: refused,
        mustFail: true,
      }
    }
  },
}

/** Returns whether a response is a plan without files. */
function isEmptyPlan(text: string): boolean {
  return text.startsWith('{"') && !text.includes('file-path')
}
