import { requestAttacks } from './attack-requests.ts'
import { signInAttacks } from './attack-sign-in.ts'
import { quickTextAttacks, textAttacks } from './attack-texts.ts'
import { runSuite } from './run-suite.ts'

await runSuite({
  name: 'attack:console',
  about: `Starts a server and attacks its web console: requests for other origins, stolen and forged cookies and codes, paths, and
texts that a page without protection would run as scripts in Chromium.`,
  checks: [...requestAttacks, ...signInAttacks, ...textAttacks],
  quick: [...requestAttacks, ...quickTextAttacks],
  tables: [10, 10],
  hasKeycloak: true,
})
