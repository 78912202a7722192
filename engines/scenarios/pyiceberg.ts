import type { CallStep, Scenario } from '../lib/scenario.ts'

/**
 * Scenarios that are written in Python (engines/pyiceberg/steps): each marked function of a module is a
 * step, checks by itself, and gets the scenario's namespace.
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
  pythonScenario('concurrency', {
    skip: ({ storage }) =>
      storage === 'remote-signing' ? 'PyIceberg loses its signer when threads share it' : undefined,
  }),
  pythonScenario('access', {
    skip: ({ access }) =>
      access.auth.kind === 'credential' ? undefined : 'the server is used without credentials',
  }),
]
