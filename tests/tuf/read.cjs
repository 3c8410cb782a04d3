// SPDX-License-Identifier: Apache-2.0
//
// Reads a release with tuf-js, TUF's own client in JavaScript, and prints the files it downloaded
// and checked.
//
// usage: read.cjs URL TRUSTED-ROOT FOLDER TARGET...

const fs = require('fs');
const { Updater } = require('tuf-js');

async function read([url, root, folder, ...targets]) {
    const [metadataDir, targetDir] = [`${folder}/metadata`, `${folder}/targets`];
    fs.mkdirSync(metadataDir, { recursive: true });
    fs.mkdirSync(targetDir, { recursive: true });
    fs.copyFileSync(root, `${metadataDir}/root.json`);
    const updater = new Updater({
        metadataDir,
        metadataBaseUrl: `${url}/metadata`,
        targetDir,
        targetBaseUrl: `${url}/targets`,
        config: { fetchRetries: 0 },
    });
    await updater.refresh();
    for (const name of targets) {
        const target = await updater.getTargetInfo(name);
        console.log(await updater.downloadTarget(target));
    }
}

read(process.argv.slice(2)).catch((error) => {
    console.error(error.message);
    process.exit(1);
});
