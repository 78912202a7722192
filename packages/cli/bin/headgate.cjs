#!/usr/bin/env node
'use strict'

// This file has only syntax that every version of Node can parse, so that an old one prints a sentence and not an error.
var fs = require('fs')
var path = require('path')

var source = path.join(__dirname, 'run-source.cjs')
// The checkout runs TypeScript with `using` declarations, which Node has since version 24. Packages do not contain it.
var isCheckout = fs.existsSync(source)
var needed = isCheckout ? [24, 0] : [22, 15]

function isOlder(version) {
  var parts = version.split('.').map(Number)
  return parts[0] < needed[0] || (parts[0] === needed[0] && parts[1] < needed[1])
}

if (isOlder(process.versions.node)) {
  process.stderr.write(
    'headgate needs Node ' +
      (needed[1] === 0 ? needed[0] : needed.join('.')) +
      ' or newer, and this is Node ' +
      process.versions.node +
      (isCheckout
        ? ': run it with `npx headgate` in the checkout, which uses the Node that `npm ci` installed there.\n'
        : ': install a newer one from https://nodejs.org, or run `npx -p node@24 -p headgate headgate`.\n'),
  )
  process.exitCode = 1
} else {
  require(isCheckout ? source : './run.cjs')
}
