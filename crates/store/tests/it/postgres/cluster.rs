//! A PostgreSQL cluster of a test's own, for what cannot be done to one that others use: encryption, stopping, starting.
//! It is stopped and removed with the test, also when that panics. It needs PostgreSQL's own programs.

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

/// The cluster.
pub struct Cluster {
    programs: PathBuf,
    folder: TempDir,
    port: u16,
    options: String,
}

impl Cluster {
    /// Starts one with further options, such as `-c ssl=on`, and rules of who may connect how (`pg_hba.conf`). `files` are
    /// written into [`Cluster::file`] before, as the server's own.
    pub fn start(options: &str, rules: &str, files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let cluster = Cluster { programs: programs(), folder, port, options: options.to_owned() };
        cluster.give_away(cluster.folder.path());
        let data = cluster.data();
        cluster.run(
            "initdb",
            &["-D", &data, "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-locale"],
        );
        for (name, text) in files.iter().copied().chain([("pg_hba.conf", rules)]) {
            fs::write(cluster.file(name), text).unwrap();
            cluster.run_program("chmod", &["600", cluster.file(name).to_str().unwrap()]);
            cluster.give_away(&cluster.file(name));
        }
        cluster.go_on();
        cluster
    }

    /// Starts it again after [`Cluster::stop`].
    pub fn go_on(&self) {
        let folder = self.folder.path().display();
        let options = format!(
            "-p {} -c listen_addresses=127.0.0.1 -c unix_socket_directories={folder} -c fsync=off {}",
            self.port, self.options
        );
        let log = self.folder.path().join("log");
        self.run("pg_ctl", &["-D", &self.data(), "-l", log.to_str().unwrap(), "-w", "-o", &options, "start"]);
    }

    /// Ends it at once, as a crash would.
    pub fn stop(&self) {
        self.run("pg_ctl", &["-D", &self.data(), "-m", "immediate", "stop"]);
    }

    /// A file in the folder of the server.
    pub fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("data").join(name)
    }

    /// The port on the loopback address.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// The address of its owner, without encryption.
    pub fn address(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    fn data(&self) -> String {
        self.file("").to_string_lossy().into_owned()
    }

    fn run(&self, program: &str, args: &[&str]) {
        self.run_program(self.programs.join(program).to_str().unwrap(), args);
    }

    /// The server refuses to run as root.
    fn run_program(&self, program: &str, args: &[&str]) {
        let mut command = match is_root() && program != "chmod" {
            true => {
                let mut command = Command::new("runuser");
                command.args(["-u", "postgres", "--", program]);
                command
            }
            false => Command::new(program),
        };
        let output = command.args(args).current_dir(self.folder.path()).stdin(std::process::Stdio::null());
        // A server that goes on running must not hold the pipes of what started it.
        let (out, err) = (self.folder.path().join("out"), self.folder.path().join("err"));
        let (stdout, stderr) = (fs::File::create(&out).unwrap(), fs::File::create(&err).unwrap());
        let status = output.stdout(stdout).stderr(stderr).status().unwrap();
        let said = || fs::read_to_string(&err).unwrap_or_default();
        assert!(status.success() || std::thread::panicking(), "{program}: {status} {}", said());
    }

    fn give_away(&self, path: &Path) {
        if is_root() {
            let status = Command::new("chown").arg("postgres").arg(path).status().unwrap();
            assert!(status.success());
        }
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // One that was stopped has no such file.
        if self.file("postmaster.pid").exists() {
            self.stop();
        }
    }
}

fn is_root() -> bool {
    fs::metadata("/proc/self").is_ok_and(|process| std::os::unix::fs::MetadataExt::uid(&process) == 0)
}

/// Debian keeps the programs of a server out of the `PATH`.
fn programs() -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let in_path = std::env::split_paths(&path).find(|folder| folder.join("initdb").exists());
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let debian = versions.map(|version| version.path().join("bin")).filter(|bin| bin.join("initdb").exists());
    in_path.or_else(|| debian.max()).expect("PostgreSQL's programs (initdb, pg_ctl) are installed")
}
