#!/usr/bin/env node
console.log("parley", process.version)
