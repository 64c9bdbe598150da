import type { Shape, Shapes } from './shape.ts';

/** Formats whose keys are written down from their own references, since no package ships a schema that we may copy. */

function open(names: string): Record<string, string> {
  return Object.fromEntries(names.split(/\s+/).map((key) => [key, 'any']));
}

function words(names: string): Shape {
  return { words: names.split(/\s+/) };
}

/** Dependabot's options (GitHub docs, "Dependabot options reference"). */
export const DEPENDABOT: Shapes = {
  any: { any: true },
  root: {
    keys: { ...open('version registries enable-beta-ecosystems multi-ecosystem-groups'), updates: 'updates' },
  },
  updates: { item: 'update' },
  update: {
    keys: {
      ...open(
        'package-ecosystem directory directories exclude-paths assignees groups ignore allow labels milestone multi-ecosystem-group open-pull-requests-limit patterns registries reviewers target-branch vendor',
      ),
      schedule: 'schedule',
      'commit-message': 'message',
      cooldown: 'cooldown',
      'rebase-strategy': 'rebase',
      'versioning-strategy': 'strategy',
      'insecure-external-code-execution': 'execution',
      'pull-request-branch-name': 'any',
    },
  },
  schedule: { keys: { ...open('time timezone cronjob'), interval: 'interval', day: 'day' } },
  interval: words('daily weekly monthly quarterly semiannually yearly cron'),
  day: words('monday tuesday wednesday thursday friday saturday sunday'),
  message: { keys: open('prefix prefix-development include') },
  rebase: words('auto disabled'),
  strategy: words('auto increase increase-if-necessary lockfile-only widen'),
  execution: words('allow deny'),
  cooldown: { keys: open('default-days semver-major-days semver-minor-days semver-patch-days include exclude') },
};

/** The file and its services (Compose Specification, "Services", "Build", "Deploy", "Healthcheck"). */
export const COMPOSE: Shapes = {
  any: { any: true },
  root: {
    keys: { ...open('version name networks volumes configs secrets include models'), services: 'services' },
  },
  services: { keys: {}, rest: 'service' },
  service: {
    keys: {
      ...open(
        'annotations attach blkio_config cpu_count cpu_percent cpu_shares cpu_period cpu_quota cpu_rt_runtime cpu_rt_period cpus cpuset cap_add cap_drop cgroup cgroup_parent command configs container_name credential_spec depends_on develop device_cgroup_rules devices dns dns_opt dns_search domainname driver_opts entrypoint env_file environment expose extends external_links extra_hosts gpus group_add hostname image init ipc isolation labels label_file links logging mac_address mem_limit mem_reservation mem_swappiness memswap_limit models network_mode networks oom_kill_disable oom_score_adj pid pids_limit platform ports post_start pre_stop privileged profiles provider pull_policy pull_refresh_after read_only restart runtime scale secrets security_opt shm_size stdin_open stop_grace_period stop_signal storage_opt sysctls tmpfs tty ulimits use_api_socket user userns_mode uts volumes volumes_from working_dir',
      ),
      build: 'build',
      deploy: 'deploy',
      healthcheck: 'healthcheck',
    },
  },
  build: {
    keys: open(
      'context dockerfile dockerfile_inline args ssh cache_from cache_to additional_contexts entitlements extra_hosts isolation privileged labels network no_cache no_cache_filter pull shm_size target secrets tags platforms ulimits provenance sbom',
    ),
  },
  deploy: {
    keys: open('mode endpoint_mode replicas labels rollback_config update_config resources restart_policy placement'),
  },
  healthcheck: { keys: open('test interval timeout retries start_period start_interval disable') },
};

/** Legacy configuration of ESLint (its documentation, "Configuration Files (Deprecated)"). */
export const ESLINT: Shapes = {
  any: { any: true },
  root: {
    keys: {
      ...open(
        '$schema root env extends globals ignorePatterns noInlineConfig parser parserOptions plugins processor reportUnusedDisableDirectives settings ecmaFeatures',
      ),
      rules: 'rules',
      overrides: 'overrides',
    },
  },
  overrides: { item: 'override' },
  override: {
    keys: {
      ...open(
        'files excludedFiles env extends globals parser parserOptions plugins processor settings noInlineConfig reportUnusedDisableDirectives',
      ),
      rules: 'rules',
      overrides: 'overrides',
    },
  },
  rules: { keys: {}, rest: 'rule' },
  rule: { either: ['severity', 'options'] },
  severity: words('off warn error 0 1 2'),
  options: { item: 'any' },
};

/**
 * Keys of package.json (npm docs, "package.json") and those that tools in wide use have put there. Any tool may add its
 * own, so only what is nearly one of them is told.
 */
export const PACKAGE: Shapes = {
  any: { any: true },
  root: {
    keys: {
      ...open(
        'name version description keywords homepage bugs license author authors contributors funding files exports main browser bin man directories repository scripts gypfile config dependencies devDependencies peerDependencies peerDependenciesMeta bundleDependencies bundledDependencies optionalDependencies dependenciesMeta overrides resolutions engines os cpu libc devEngines private publishConfig workspaces types typings typesVersions imports module sideEffects packageManager pnpm husky lint-staged jest ava nyc prettier eslintConfig eslintIgnore browserslist babel stylelint commitlint release volta unpkg jsdelivr style sass source esnext preferGlobal readme maintainers licenses engineStrict icon displayName publisher categories activationEvents contributes galleryBanner extensionKind capabilities enabledApiProposals simple-git-hooks size-limit wireit gitHead mocha postcss renovate stackblitz homepage-url extensionPack extensionDependencies installConfig bundlesize workspaces-experiments',
      ),
      type: 'type',
    },
    rest: 'any',
  },
  type: words('module commonjs'),
};

/** Options of Renovate (its documentation, "Configuration Options"); managers add their own, so near ones only. */
export const RENOVATE: Shapes = {
  any: { any: true },
  root: {
    keys: {
      ...open(
        'extends enabled schedule timezone automerge automergeComment automergeSchedule automergeStrategy platformAutomerge platformCommit minimumReleaseAge minimumReleaseAgeBehaviour internalChecksFilter internalChecksAsSuccess labels addLabels assignees assigneesFromCodeOwners reviewers reviewersFromCodeOwners additionalReviewers enabledManagers ignoreDeps ignorePaths includePaths lockFileMaintenance prConcurrentLimit prHourlyLimit branchConcurrentLimit commitHourlyLimit commitMessage commitMessageAction commitMessageExtra commitMessagePrefix commitMessageSuffix commitMessageTopic commitBody semanticCommits semanticCommitType semanticCommitScope dependencyDashboard dependencyDashboardApproval dependencyDashboardAutoclose dependencyDashboardTitle dependencyDashboardHeader dependencyDashboardFooter dependencyDashboardLabels dependencyDashboardOSVVulnerabilitySummary vulnerabilityAlerts osvVulnerabilityAlerts hostRules regexManagers customManagers customDatasources baseBranches baseBranchPatterns useBaseBranchConfig stabilityDays rebaseLabel keepUpdatedLabel stopUpdatingLabel rollbackPrs separateMajorMinor separateMinorPatch separateMultipleMajor separateMultipleMinor groupName groupSlug group ignorePresets ignorePlugins ignoreScripts ignoreTests ignorePrAuthor ignoreUnstable ignoreReviewers ignoreDeprecated npmrc npmrcMerge registryUrls registryAliases defaultRegistryUrls postUpdateOptions postUpgradeTasks pinDigests pruneStaleBranches pruneBranchAfterAutomerge prBodyColumns prBodyDefinitions prBodyNotes prBodyTemplate prBodyHeadingDefinitions prHeader prFooter prTitle prTitleStrict prPriority prNotPendingHours branchName branchNameStrict branchPrefix branchTopic additionalBranchPrefix bumpVersion bumpVersions cloneSubmodules cloneSubmodulesFilter configMigration configWarningReuseIssue constraints constraintsFiltering confidential description digest draftPR encrypted env excludeCommitPaths expandCodeOwnersGroups fetchChangeLogs filterUnavailableUsers followTag force forkProcessing gitAuthor gitIgnoredAuthors gitLabIgnoreApprovals goGetDirs hashedBranchLength keepUpdatedOnBehind logLevelRemap major minor patch pin pinDigest lockfileUpdate maxMajorIncrement milestone managerFilePatterns fileMatch nix npm docker dockerfile docker-compose github-actions gomod cargo composer bundler gradle maven nuget pip_requirements pip_setup pipenv poetry pyenv terraform helmv3 helm-values kubernetes pre-commit git-submodules statusCheckNames statusCheckSetByAutomerge suppressNotifications skipInstalls skipArtifactsUpdate substitutions transitiveRemediation unicodeEmoji updateInternalDeps updateNotScheduled updatePinnedDependencies userStrings vulnerabilityFixStrategy versioning versionCompatibility respectLatest rollback replacement replacementName replacementVersion azureWorkItemId azureAutoApprove azureAutoComplete bbUseDefaultReviewers bbAutoResolvePrTasks assignAutomerge assigneesSampleSize reviewersSampleSize autoApprove autoReplaceGlobalMatch abandonmentThreshold allowedVersions changelogUrl printConfig production recreateWhen repositories requireConfig onboarding platform endpoint token secrets prBodyHeader minimumGroupSize minimumConfidence commitBodyTable composerIgnorePlatformReqs installTools toolSettings tekton sourceUrl sourceDirectory variables mode',
      ),
      packageRules: 'rules',
      rangeStrategy: 'range',
      automergeType: 'merge',
      rebaseWhen: 'rebase',
      prCreation: 'creation',
    },
    rest: 'any',
  },
  rules: { item: 'any' },
  range: words('auto pin bump replace widen update-lockfile in-range-only'),
  merge: words('branch pr pr-comment'),
  rebase: words('auto never conflicted behind-base-branch automerging'),
  creation: words('immediate not-pending status-success approval'),
};
