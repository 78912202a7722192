import type { ProcessKeeper } from '../../conformance/lib/process-keeper.ts'
import { installCustomResources } from './custom-resources.ts'
import { installGoProgram, type Say } from './go-program.ts'

/** Paths of the programs that the checks use. */
export interface Tools {
  readonly helm: string
  readonly kubectlValidate: string
  readonly promtool: string
  /** Folder with the definitions of custom resources. */
  readonly customResources: string
}

const programs = {
  helm: { name: 'helm', path: 'helm.sh/helm/v4/cmd/helm', version: 'v4.3.1' },
  kubectlValidate: { name: 'kubectl-validate', path: 'sigs.k8s.io/kubectl-validate', version: 'v0.0.4' },
  promtool: { name: 'promtool', path: 'github.com/prometheus/prometheus/cmd/promtool', version: 'v0.316.0' },
} as const

/** Builds or finds the programs of the checks in the cache folder. */
export async function installTools(keeper: ProcessKeeper, say: Say): Promise<Tools> {
  return {
    helm: await installGoProgram(keeper, programs.helm, say),
    kubectlValidate: await installGoProgram(keeper, programs.kubectlValidate, say),
    promtool: await installGoProgram(keeper, programs.promtool, say),
    customResources: await installCustomResources(say),
  }
}
