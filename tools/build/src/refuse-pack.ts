/** Runs as `prepack` of each package: the folder that is published is `dist`, which the build completes. */
console.error("pack and publish the built folder: npm run build && npm pack ./<package>/dist (or npm run release)");
process.exitCode = 1;
