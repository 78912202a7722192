import { createBody, delegation } from '../../refresh/table-requests.ts'
import { modes } from '../fixture.ts'
import { send } from '../send.ts'
import type { Suite } from '../suite.ts'

/** Suite of requests that must succeed and must reach the upstream. */
export const legitimate: Suite = {
  name: 'canary',
  about: 'cases that must succeed: loads, commits, creations and lists of callers with rights',
  legitimate: true,
  weight: 2,
  async attack(fixture, random) {
    const { lakes, recorder } = fixture
    const { root } = lakes[random.pick(modes)].as.admin
    const name = `t${fixture.count()}`
    const update = { requirements: [], updates: [{ action: 'set-properties', updates: { n: name } }] }
    const [what, run] = random.pick<readonly [string, () => ReturnType<typeof send>]>([
      ['a load by the reader', () => send(fixture, 'reader', 'GET', `${root}namespaces/open/tables/shared`)],
      [
        'keys for the writer',
        () => send(fixture, 'writer', 'GET', `${root}namespaces/open/tables/shared`, undefined, delegation),
      ],
      [
        'a commit by the writer',
        () => send(fixture, 'writer', 'POST', `${root}namespaces/open/tables/shared`, update),
      ],
      ['a list by the reader', () => send(fixture, 'reader', 'GET', `${root}namespaces/open/tables`)],
      [
        'a creation by the owner',
        () => send(fixture, 'owner', 'POST', `${root}namespaces/mine/tables`, createBody(name)),
      ],
    ])
    const seen = await run()
    const isSent = recorder.requests.length > 0
    return {
      what,
      seen: [seen],
      escapes: [],
      ...(isSent ? {} : { broken: 'the upstream received no request' }),
    }
  },
}
