import type { CallStep, Scenario } from '../lib/scenario.ts'

/**
 * Creates a scenario from a Python module in engines/pyiceberg/steps. Each marked function of the module is a step:
 * it receives the namespace of the scenario, and raises an error if a check fails.
 */
export function pythonScenario(module: string, rest: Partial<Scenario> = {}): Scenario {
  return {
    name: `pyiceberg/${module}`,
    engines: ['pyiceberg'],
    ...rest,
    steps: async ({ namespace }, engine) => {
      const listed = await (await engine('pyiceberg')).call('context.list_steps', { module })
      return (listed as [string, string][]).map(([title, call]): CallStep => ({
        title,
        on: 'pyiceberg',
        call,
        args: { ns: namespace },
      }))
    },
  }
}

export const pyicebergScenarios: readonly Scenario[] = [
  pythonScenario('namespaces'),
  pythonScenario('tables'),
  pythonScenario('types'),
  pythonScenario('views'),
  pythonScenario('planning', {
    skip: ({ storage }) =>
      storage.startsWith('upstream') ? 'the server does not plan scans of upstream warehouses' : undefined,
  }),
  pythonScenario('concurrency', {
    skip: ({ storage }) =>
      storage === 'remote-signing'
        ? 'the request signer of PyIceberg is not safe for concurrent threads'
        : undefined,
  }),
  pythonScenario('access', {
    skip: ({ access }) =>
      access.auth.kind === 'credential' ? undefined : 'the scenario needs a server that requires credentials',
  }),
]
