import { issuerChecks } from './issuer-checks.ts'
import { journeyChecks } from './journey-checks.ts'
import { pageChecks, quickPageChecks } from './page-checks.ts'
import { runSuite } from './run-suite.ts'
import { sessionChecks } from './session-checks.ts'
import { speedChecks } from './speed-checks.ts'

const common = [...sessionChecks, ...journeyChecks, ...speedChecks]

await runSuite({
  name: 'test:console',
  about: `Starts a server and runs its web console in Chromium: sign-in, also at Keycloak, every page in five views, journeys, time
and memory. Screenshots are in .cache/console-pictures.`,
  checks: [...common, ...issuerChecks, ...pageChecks],
  // A quick run omits the checks that measure times, because other work on the machine would change the times.
  quick: [...common.filter(({ name }) => name !== 'first-page'), ...quickPageChecks],
  tables: [2_000, 300],
  hasKeycloak: true,
})
