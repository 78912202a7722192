'use strict'

// Runs the program of the checkout from its source, in this process. Packages do not contain this file.
const { enableCompileCache, registerHooks } = require('node:module')

// Types are stripped and code is compiled once a machine, not at every start.
enableCompileCache()
const condition = '--conditions=x-source'
// Absent unless a server replaced its process by the same program with other variables.
if (!process.execArgv.includes(condition)) {
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, 'x-source'] }),
  })
  // For processes that this one forks, such as the workers of the server.
  process.execArgv.push(condition, '--disable-warning=ExperimentalWarning')
}
void import('../src/main.ts')
