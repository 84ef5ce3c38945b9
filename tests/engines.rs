//! The engines of a sweep against the real programs on this machine's loopback: Slurm, GNU parallel over SSH. HyperQueue is in no
//! registry, so a stand-in that knows the documented flags and variable takes its place.
//!
//! Where a program isn't installed, its test says so and is skipped, also in CI, which installs what it can.
#![allow(clippy::expect_used, clippy::panic, reason = "a test that fails says where")]

#[path = "common/needs.rs"]
mod needs;
#[path = "common/program.rs"]
mod program;

use std::fmt::Write as _;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::time::Duration;

use needs::unavailable;
use program::errors;
use serde_json::Value;
use vae_tui::session::{self, RunFacts};

/// Items of 16 numbers.
fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let line = |item: usize| {
        (0..16)
            .map(|place| ((place * item) % 9).to_string())
            .collect::<Vec<_>>()
            .join(",")
    };
    let text = (0..200).map(line).collect::<Vec<_>>().join("\n");
    std::fs::write(folder.path().join("items.csv"), text).expect("data");
    folder
}

/// `vae-tui` with these arguments, in `folder`.
fn vae_tui(folder: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_vae-tui"));
    command
        .args(arguments)
        .current_dir(folder)
        .env("XDG_DATA_HOME", folder);
    command
}

/// A sweep of three runs of so many samples.
fn sweep(folder: &Path, samples: &str, more: &[&str]) -> Command {
    let common = [
        "sweep",
        "--grid",
        "latent=1,2,3",
        "--data",
        "items.csv",
        "--likelihood",
        "gaussian",
        "--hidden",
        "8",
    ];
    vae_tui(
        folder,
        &[
            &common[..],
            &["--samples", samples, "--evaluate-every", "1e9"],
            more,
        ]
        .concat(),
    )
}

fn run(command: &mut Command) -> Output {
    let output = command.output().expect("the program starts");
    assert!(output.status.success(), "{}", errors(&output));
    output
}

fn file(folder: &Path, latent: usize) -> PathBuf {
    folder.join(format!("sweep/runs/latent-{latent}_seed-1.ron"))
}

/// Waits for the end of the sweep as whoever watches it does, and says how many of its runs ended.
fn watched_to_its_end(folder: &Path) -> u64 {
    let output = run(&mut vae_tui(folder, &["sweep", "--watch", "sweep", "--json"]));
    let text = String::from_utf8_lossy(&output.stdout);
    let last: Value = serde_json::from_str(text.lines().last().unwrap_or_default()).expect("JSON");
    last["ended"].as_u64().expect("a count")
}

/// The first of these programs that isn't here.
fn missing(programs: &[&str]) -> Option<String> {
    let is_here = |program: &&&str| {
        let found = Command::new("sh")
            .args(["-c", &format!("PATH=$PATH:/usr/sbin:/sbin command -v {program}")])
            .output();
        !found.is_ok_and(|output| output.status.success())
    };
    programs
        .iter()
        .find(is_here)
        .map(|program| format!("{program} is not installed"))
}

/// Programs in the background, ended with the test.
#[derive(Default)]
struct Background(Vec<Child>);

impl Background {
    fn start(&mut self, command: &mut Command) {
        self.0
            .push(command.stdin(Stdio::null()).spawn().expect("it starts"));
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        for child in self.0.iter_mut().rev() {
            let _ = Command::new("kill").arg(child.id().to_string()).status();
            let _ = child.wait();
        }
    }
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
    listener.local_addr().expect("its number").port()
}

fn wait_until(what: &str, mut is_true: impl FnMut() -> bool) {
    for _ in 0..1_200 {
        if is_true() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("{what} did not come to be");
}

/// Slurm of one machine: its controller, its daemon, and who vouches for users.
struct Slurm {
    configuration: PathBuf,
    _daemons: Background,
}

impl Slurm {
    fn start(folder: &Path) -> Self {
        let at = |name: &str| folder.join(name).display().to_string();
        let output = |program: &str| {
            String::from_utf8_lossy(&run(&mut Command::new(program)).stdout)
                .trim()
                .to_owned()
        };
        let (host, user) = (output("hostname"), output("whoami"));
        for name in ["spool", "state"] {
            std::fs::create_dir_all(folder.join(name)).expect("a folder");
        }
        let mut text = format!(
            "ClusterName=loopback\nSlurmctldHost={host}(127.0.0.1)\nSlurmUser={user}\nSlurmdUser={user}\n"
        );
        // A requeued job waits until the credential of its first start has lapsed: five seconds are the least that Slurm takes for
        // that, where it waits for two minutes else.
        let _ = writeln!(text, "AuthInfo=socket={},cred_expire=5", at("munge.socket"));
        let _ = writeln!(text, "SlurmctldPort={}\nSlurmdPort={}", free_port(), free_port());
        let _ = writeln!(
            text,
            "SlurmdSpoolDir={}\nStateSaveLocation={}",
            at("spool"),
            at("state")
        );
        let _ = writeln!(
            text,
            "SlurmctldPidFile={}\nSlurmdPidFile={}",
            at("controller.pid"),
            at("daemon.pid")
        );
        text.push_str(
            "AuthType=auth/munge\nMpiDefault=none\nProctrackType=proctrack/linuxproc\nTaskPlugin=task/none\nSwitchType=switch/none\n\
             SelectType=select/cons_tres\nSelectTypeParameters=CR_CPU\nSchedulerType=sched/builtin\nSchedulerParameters=sched_interval=2\nReturnToService=2\nKillWait=30\n\
             JobAcctGatherType=jobacct_gather/none\nAccountingStorageType=accounting_storage/none\nSlurmdParameters=config_overrides\n",
        );
        let _ = writeln!(
            text,
            "NodeName={host} NodeAddr=127.0.0.1 CPUs=2\nPartitionName=all Nodes=ALL Default=YES"
        );
        let configuration = folder.join("slurm.conf");
        std::fs::write(&configuration, text).expect("a configuration");
        let key = folder.join("munge.key");
        std::fs::write(&key, [7; 128]).expect("a key");
        let mut permissions = std::fs::metadata(&key).expect("the key").permissions();
        std::os::unix::fs::PermissionsExt::set_mode(&mut permissions, 0o400);
        std::fs::set_permissions(&key, permissions).expect("the key is one's own");

        let log = || std::fs::File::create(folder.join("daemons.txt")).expect("a file");
        let daemon = |program: &str, arguments: &[String]| {
            let mut command = Command::new(program);
            let path = format!("{}:/usr/sbin:/sbin", std::env::var("PATH").unwrap_or_default());
            command
                .args(arguments)
                .env("PATH", path)
                .env("SLURM_CONF", &configuration)
                .stdout(log())
                .stderr(log());
            command
        };
        let mut daemons = Background::default();
        let munge = ["key", "socket", "pid", "log", "seed"].map(|what| {
            let flag = if ["pid", "log", "seed"].contains(&what) {
                format!("--{what}-file")
            } else {
                format!("--{what}")
            };
            format!(
                "{}={}",
                flag.replace("--key", "--key-file"),
                at(&format!("munge.{what}"))
            )
        });
        daemons.start(&mut daemon(
            "munged",
            &[&munge[..], &["--foreground".into(), "--force".into()]].concat(),
        ));
        wait_until("munge's socket", || folder.join("munge.socket").exists());
        daemons.start(&mut daemon("slurmctld", &["-D".into()]));
        daemons.start(&mut daemon("slurmd", &["-D".into(), "-N".into(), host]));
        let slurm = Self {
            configuration,
            _daemons: daemons,
        };
        wait_until("an idle node", || {
            slurm.says("sinfo", &["--noheader", "--format=%T"]).trim() == "idle"
        });
        slurm
    }

    fn says(&self, program: &str, arguments: &[&str]) -> String {
        let output = Command::new(program)
            .args(arguments)
            .env("SLURM_CONF", &self.configuration)
            .output();
        String::from_utf8_lossy(&output.expect("it starts").stdout).into_owned()
    }
}

#[test]
fn slurm_trains_an_array_of_which_one_job_is_killed_and_requeued() {
    if let Some(why) = missing(&["munged", "slurmctld", "slurmd", "sbatch", "hostname"]) {
        return unavailable(&why);
    }
    let (folder, daemons) = (folder(), tempfile::tempdir().expect("a folder"));
    let slurm = Slurm::start(daemons.path());
    // Long enough that a job is still at it when it is requeued, however fast this machine is.
    let alone = |samples: &str, out: &str| {
        let data = [
            "train",
            "--data",
            "items.csv",
            "--likelihood",
            "gaussian",
            "--latent",
            "1",
            "--hidden",
            "8",
            "--threads",
            "1",
        ];
        let rest = [
            "--samples",
            samples,
            "--evaluate-every",
            "1e9",
            "--json",
            "--out",
            out,
        ];
        let output = run(&mut vae_tui(folder.path(), &[&data[..], &rest].concat()));
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let last: Value = serde_json::from_str(text.lines().last().unwrap_or_default()).expect("JSON");
        last["samples_per_second"].as_f64().expect("a speed")
    };
    let samples = (2.0 * alone("4e4", "short.ron")).round().to_string();
    let output =
        run(sweep(folder.path(), &samples, &["--engine", "slurm"]).env("SLURM_CONF", &slurm.configuration));
    let said = String::from_utf8_lossy(&output.stdout).trim().to_owned();
    let job = said
        .strip_prefix("3 runs are Slurm's job ")
        .unwrap_or_else(|| panic!("{said}"))
        .to_owned();

    // The first run is under way: its file is held by its job.
    let first = file(folder.path(), 1);
    wait_until("a run under way", || {
        let held = std::fs::File::open(&first).map(|file| file.try_lock().is_err());
        held.unwrap_or(false)
    });
    slurm.says("scontrol", &["requeue", &format!("{job}_0")]);
    assert_eq!(watched_to_its_end(folder.path()), 3);
    wait_until("an end of the array", || {
        slurm.says("squeue", &["--noheader"]).trim().is_empty()
    });
    let facts = slurm.says("scontrol", &["show", "job", &format!("{job}_0")]);
    assert!(
        facts.contains("Restarts=1") && facts.contains("COMPLETED"),
        "{facts}"
    );
    let log = std::fs::read_to_string(folder.path().join(format!("sweep/engine/log/slurm-{job}-0.txt")))
        .expect("a log");
    assert!(log.contains("interrupted; what was trained is saved"), "{log}");

    // What was killed and requeued is to the bit what was not, and no step was made twice.
    alone(&samples, "alone.ron");
    let of = |path: &Path| {
        RunFacts::read(path)
            .expect("a run")
            .evaluations
            .last()
            .map(|point| point.elbo_test.to_bits())
    };
    assert_eq!(of(&first), of(&folder.path().join("alone.ron")));
}

#[test]
fn parallel_trains_on_a_machine_behind_ssh_and_halving_waits_for_it() {
    if let Some(why) = missing(&["parallel", "sshd", "ssh", "ssh-keygen"]) {
        return unavailable(&why);
    }
    if String::from_utf8_lossy(&run(Command::new("id").arg("-u")).stdout).trim() != "0" {
        return unavailable("sshd takes logins for root only where root starts it");
    }
    let (folder, keys) = (folder(), tempfile::tempdir().expect("a folder"));
    let at = |name: &str| keys.path().join(name).display().to_string();
    for key in ["host", "user"] {
        run(Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", &at(key)]));
    }
    std::fs::copy(keys.path().join("user.pub"), keys.path().join("authorised")).expect("a key");
    std::fs::create_dir_all("/run/sshd").expect("what sshd insists on");
    let port = free_port().to_string();
    let mut daemon = Background::default();
    let options = [
        format!("HostKey={}", at("host")),
        format!("AuthorizedKeysFile={}", at("authorised")),
        "StrictModes=no".into(),
    ];
    let options: Vec<String> = options
        .into_iter()
        .flat_map(|option| ["-o".into(), option])
        .collect();
    let options = [
        &options[..],
        &[
            "-o".into(),
            "PermitRootLogin=yes".into(),
            "-o".into(),
            "ListenAddress=127.0.0.1".into(),
        ],
    ]
    .concat();
    daemon.start(
        Command::new("/usr/sbin/sshd")
            .args(["-D", "-e", "-f", "/dev/null", "-p", &port])
            .args(options)
            .stderr(Stdio::null()),
    );
    wait_until("a server", || {
        std::net::TcpStream::connect(format!("127.0.0.1:{port}")).is_ok()
    });
    let login = format!(
        "ssh -p {port} -i {} -o StrictHostKeyChecking=no -o UserKnownHostsFile=/dev/null -o LogLevel=ERROR 127.0.0.1",
        at("user")
    );
    let engine = [
        "--engine",
        "parallel",
        "--jobs",
        "2",
        "--hosts",
        &login,
        "--halving",
        "2",
        "--json",
    ];
    let output = run(sweep(folder.path(), "4000", &engine).env("HOME", keys.path()));
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    let samples: Vec<u64> = report["runs"]
        .as_array()
        .expect("runs")
        .iter()
        .filter_map(|run| run["samples"].as_u64())
        .collect();
    let count = |wanted: u64| samples.iter().filter(|&&samples| samples == wanted).count();
    assert_eq!((count(2_000), count(4_000)), (2, 1), "{samples:?}");
    let log = std::fs::read_to_string(folder.path().join("sweep/engine/parallel.txt")).expect("a log");
    assert!(log.contains("127.0.0.1"), "{log}");
}

/// The PATH in which a script stands in for a program.
fn with_stand_in(folder: &Path, name: &str, script: &str) -> String {
    let program = folder.join(name);
    std::fs::write(&program, script).expect("a program");
    run(Command::new("chmod").arg("+x").arg(&program));
    let others = std::env::var("PATH").unwrap_or_default();
    format!("{}:{others}", folder.display())
}

#[test]
fn hyperqueue_is_asked_for_a_task_array_by_its_documented_flags() {
    let (folder, programs) = (folder(), tempfile::tempdir().expect("a folder"));
    let stand_in = "#!/bin/bash\necho \"$@\" >\"$0.asked\"\nwhile [ \"$1\" != -- ]; do shift; done\nshift\n\
                    for HQ_TASK_ID in 0 1 2; do export HQ_TASK_ID; \"$@\"; done >/dev/null && echo 7\n";
    let path = with_stand_in(programs.path(), "hq", stand_in);
    let engine = ["--engine", "hyperqueue", "--engine-option=--priority=3"];
    let output = run(sweep(folder.path(), "400", &engine).env("PATH", path));
    assert_eq!(
        String::from_utf8_lossy(&output.stdout).trim(),
        "3 runs are HyperQueue's job 7"
    );
    let asked = std::fs::read_to_string(programs.path().join("hq.asked")).expect("it was asked");
    for flag in ["submit", "--array=0-2", "--cpus=1", "--priority=3"] {
        assert!(
            asked.split_whitespace().any(|word| word == flag),
            "{flag} in {asked}"
        );
    }
    assert!((1..=3).all(|latent| session::load(&file(folder.path(), latent)).is_ok()));
}

#[test]
fn a_run_that_fails_under_an_engine_that_is_waited_for_is_named_with_its_reason() {
    let (folder, programs) = (folder(), tempfile::tempdir().expect("a folder"));
    // Writes the logs where it is told, and fails when a task does.
    let stand_in = r#"#!/bin/bash
for word; do case "$word" in --stderr=*) errors="${word#--stderr=}" ;; esac; done
while [ "$1" != -- ]; do shift; done
shift
echo 7
status=0
for HQ_TASK_ID in 0 1 2; do
    export HQ_TASK_ID
    log="${errors/'%{JOB_ID}'/7}"
    "$@" >/dev/null 2>"${log/'%{TASK_ID}'/$HQ_TASK_ID}" || status=1
done
exit $status
"#;
    let path = with_stand_in(programs.path(), "hq", stand_in);
    let damaged = file(folder.path(), 2);
    std::fs::create_dir_all(damaged.parent().expect("a folder")).expect("a folder");
    std::fs::write(&damaged, "no session").expect("a file");
    let halving = ["--engine", "hyperqueue", "--halving", "3"];
    let output = sweep(folder.path(), "400", &halving)
        .env("PATH", path)
        .output()
        .expect("it starts");
    let said = errors(&output);
    assert!(!output.status.success());
    let reason = said.lines().find(|line| line.contains("latent-2_seed-1: "));
    let reason = reason.unwrap_or_else(|| panic!("{said}"));
    assert!(
        reason.contains("latent-2_seed-1.ron") && reason.contains("hyperqueue-7-1.errors.txt"),
        "{reason}"
    );
    assert!(said.contains("the same command tries them again"), "{said}");
}

#[test]
fn an_engine_that_is_not_installed_is_named() {
    let folder = folder();
    for (engine, program) in [
        ("slurm", "sbatch"),
        ("hyperqueue", "hq"),
        ("parallel", "parallel"),
    ] {
        let output = sweep(folder.path(), "400", &["--engine", engine])
            .env("PATH", "/nowhere")
            .output()
            .expect("it starts");
        let said = errors(&output);
        assert!(
            !output.status.success() && said.contains(&format!("{program} is not installed here")),
            "{said}"
        );
    }
}
