-- CreateTable
CREATE TABLE `Job` (
    `name` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `jobGroup` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    `description` TEXT NULL,
    `configName` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `position` INTEGER NOT NULL DEFAULT 0,
    `definitionHash` VARCHAR(64) NOT NULL,
    `orphaned` BOOLEAN NOT NULL DEFAULT false,
    `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `updatedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),

    INDEX `Job_configName_idx`(`configName`),
    PRIMARY KEY (`name`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `JobSchedule` (
    `id` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `description` TEXT NULL,
    `cron` VARCHAR(255) NOT NULL,
    `timezone` VARCHAR(64) NOT NULL DEFAULT 'UTC',
    `executionMode` VARCHAR(16) NOT NULL DEFAULT 'ALL_JOBS',
    `jobGroup` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    `jobNames` JSON NULL,
    `params` JSON NULL,
    `enabled` BOOLEAN NOT NULL DEFAULT true,
    `pausedReason` VARCHAR(1000) NULL,
    `pausedUntil` DATETIME(3) NULL,
    `priority` INTEGER NOT NULL DEFAULT 0,
    `catchUp` VARCHAR(16) NOT NULL DEFAULT 'latest',
    `catchUpWindowMs` BIGINT NULL,
    `catchUpLimit` INTEGER NOT NULL DEFAULT 100,
    `overlap` VARCHAR(16) NOT NULL DEFAULT 'wait',
    `jitterMs` BIGINT NOT NULL DEFAULT 0,
    `startsAt` DATETIME(3) NULL,
    `endsAt` DATETIME(3) NULL,
    `environments` JSON NULL,
    `jobConcurrency` INTEGER NOT NULL DEFAULT 1,
    `pauseAfterFailures` INTEGER NULL,
    `firstRun` VARCHAR(16) NOT NULL DEFAULT 'next',
    `nextRunAt` DATETIME(3) NULL,
    `lastSlotAt` DATETIME(3) NULL,
    `lastRunAt` DATETIME(3) NULL,
    `lastFinishedSlotAt` DATETIME(3) NULL,
    `lastStatus` VARCHAR(16) NULL,
    `lastError` TEXT NULL,
    `consecutiveFailures` INTEGER NOT NULL DEFAULT 0,
    `source` VARCHAR(16) NOT NULL DEFAULT 'CODE',
    `configName` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    `definitionHash` VARCHAR(64) NOT NULL DEFAULT '',
    `orphaned` BOOLEAN NOT NULL DEFAULT false,
    `historyFrom` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `updatedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),

    INDEX `JobSchedule_enabled_nextRunAt_id_idx`(`enabled`, `nextRunAt`, `id`),
    INDEX `JobSchedule_enabled_pausedUntil_idx`(`enabled`, `pausedUntil`),
    INDEX `JobSchedule_configName_idx`(`configName`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `JobRun` (
    `id` CHAR(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `scheduleId` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `jobName` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `trigger` VARCHAR(16) NOT NULL DEFAULT 'CRON',
    `status` VARCHAR(16) NOT NULL DEFAULT 'PENDING',
    `reason` VARCHAR(32) NULL,
    `scheduledFor` DATETIME(3) NULL,
    `firstSlot` DATETIME(3) NULL,
    `slotCount` INTEGER NOT NULL DEFAULT 1,
    `attempt` INTEGER NOT NULL DEFAULT 0,
    `maxAttempts` INTEGER NOT NULL DEFAULT 1,
    `crashes` INTEGER NOT NULL DEFAULT 0,
    `availableAt` DATETIME(3) NULL,
    `priority` INTEGER NOT NULL DEFAULT 0,
    `passId` INTEGER NULL,
    `createdAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `startedAt` DATETIME(3) NULL,
    `finishedAt` DATETIME(3) NULL,
    `durationMs` BIGINT NULL,
    `progress` JSON NULL,
    `output` JSON NULL,
    `error` MEDIUMTEXT NULL,
    `log` MEDIUMTEXT NULL,
    `params` JSON NULL,
    `requestedBy` VARCHAR(255) NULL,
    `cancelRequestedAt` DATETIME(3) NULL,
    `attempts` JSON NULL,

    UNIQUE INDEX `JobRun_scheduleId_jobName_scheduledFor_key`(`scheduleId`, `jobName`, `scheduledFor`),
    INDEX `JobRun_status_availableAt_id_idx`(`status`, `availableAt`, `id`),
    INDEX `JobRun_scheduleId_status_id_idx`(`scheduleId`, `status`, `id`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `RunnerPass` (
    `id` INTEGER NOT NULL AUTO_INCREMENT,
    `kind` VARCHAR(16) NOT NULL DEFAULT 'PASS',
    `host` VARCHAR(255) NOT NULL,
    `pid` INTEGER NOT NULL,
    `version` VARCHAR(32) NOT NULL,
    `configName` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    `startedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `finishedAt` DATETIME(3) NULL,
    `leaseUntil` DATETIME(3) NULL,
    `status` VARCHAR(16) NOT NULL DEFAULT 'RUNNING',
    `due` INTEGER NOT NULL DEFAULT 0,
    `executed` INTEGER NOT NULL DEFAULT 0,
    `failed` INTEGER NOT NULL DEFAULT 0,
    `skipped` INTEGER NOT NULL DEFAULT 0,
    `deferred` INTEGER NOT NULL DEFAULT 0,
    `exitCode` INTEGER NULL,

    INDEX `RunnerPass_status_leaseUntil_idx`(`status`, `leaseUntil`),
    INDEX `RunnerPass_startedAt_idx`(`startedAt`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `AuditEvent` (
    `id` INTEGER NOT NULL AUTO_INCREMENT,
    `at` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),
    `actor` VARCHAR(255) NOT NULL,
    `action` VARCHAR(64) NOT NULL,
    `scheduleId` VARCHAR(128) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    `runId` CHAR(36) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NULL,
    `detail` JSON NULL,

    INDEX `AuditEvent_scheduleId_id_idx`(`scheduleId`, `id`),
    INDEX `AuditEvent_at_idx`(`at`),
    PRIMARY KEY (`id`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;

-- CreateTable
CREATE TABLE `RunnerSetting` (
    `name` VARCHAR(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin NOT NULL,
    `value` JSON NULL,
    `updatedAt` DATETIME(3) NOT NULL DEFAULT CURRENT_TIMESTAMP(3),

    PRIMARY KEY (`name`)
) DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_unicode_ci;
