//! Runs the real `astrolabe` in a folder and an environment of its own.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Output, Stdio};

use tempfile::TempDir;

/// A folder to run the program in.
pub struct Folder {
    folder: TempDir,
}

/// What a run that has ended left behind.
#[derive(Debug)]
pub struct Ended {
    pub code: Option<i32>,
    pub stdout: String,
    pub stderr: String,
}

/// A server that has said that it is ready; it is killed when the test ends before it does.
pub struct Running {
    child: Child,
    stdout: BufReader<ChildStdout>,
    /// What it printed before the ready line.
    pub banner: String,
    pub url: String,
}

impl Folder {
    pub fn new() -> Self {
        Folder { folder: TempDir::new().unwrap() }
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, content: &str) {
        std::fs::write(self.path().join(name), content).unwrap();
    }

    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path().join(name)).unwrap()
    }

    /// Runs a command to its end.
    pub fn run(&self, args: &[&str]) -> Ended {
        self.run_with(args, &[])
    }

    pub fn run_with(&self, args: &[&str], env: &[(&str, &str)]) -> Ended {
        let Output { status, stdout, stderr } =
            self.command(args).envs(env.iter().copied()).stdin(Stdio::null()).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        Ended { code: status.code(), stdout: text(stdout), stderr: text(stderr) }
    }

    /// Starts a server and waits for its ready line.
    #[track_caller]
    pub fn start(&self, args: &[&str]) -> Running {
        Self::wait_until_ready(self.command(args))
    }

    /// Starts a server with an environment.
    #[track_caller]
    pub fn start_with(&self, args: &[&str], env: &[(&str, &str)]) -> Running {
        let mut command = self.command(args);
        command.envs(env.iter().copied());
        Self::wait_until_ready(command)
    }

    /// Starts a server that survives the signal of a file that may not grow.
    #[track_caller]
    pub fn start_with_file_limit(&self, args: &[&str]) -> Running {
        let mut command = Command::new("sh");
        command.args(["-c", "trap '' XFSZ; exec \"$0\" \"$@\"", env!("CARGO_BIN_EXE_astrolabe")]);
        command.args(args).current_dir(self.path());
        Self::wait_until_ready(command)
    }

    /// Starts a server whose standard error goes into the file `log`.
    #[track_caller]
    pub fn start_with_log_file(&self, args: &[&str], env: &[(&str, &str)]) -> Running {
        let mut command = Command::new("sh");
        command.args(["-c", "exec \"$0\" \"$@\" 2>log", env!("CARGO_BIN_EXE_astrolabe")]);
        command.args(args).current_dir(self.path()).env_clear().envs(env.iter().copied());
        Self::wait_until_ready(command)
    }

    #[track_caller]
    fn wait_until_ready(mut command: Command) -> Running {
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let (mut banner, mut line) = (String::new(), String::new());
        while stdout.read_line(&mut line).unwrap() > 0 {
            if let Some(url) = line.strip_prefix("ready ") {
                let url = url.trim_end().to_owned();
                return Running { child, stdout, banner, url };
            }
            banner.push_str(&std::mem::take(&mut line));
        }
        let mut stderr = String::new();
        child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        child.wait().unwrap();
        panic!("the server ended before it was ready: {stderr}");
    }

    fn command<S: AsRef<OsStr>>(&self, args: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_astrolabe"));
        command.args(args).current_dir(self.path()).env_clear();
        command
    }
}

impl Running {
    /// The process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends the process at once, in the middle of whatever it does.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Sends the signal to stop and waits for the end.
    pub fn terminate(self) -> Ended {
        self.signal("TERM");
        self.wait()
    }

    /// Sends a signal by its name.
    pub fn signal(&self, name: &str) {
        let sent =
            Command::new("sh").arg("-c").arg(format!("kill -{name} {}", self.child.id())).status().unwrap();
        assert!(sent.success());
    }

    /// Ends the server's standard input and waits for the end.
    pub fn close_stdin(mut self) -> Ended {
        drop(self.child.stdin.take());
        self.wait()
    }

    fn wait(mut self) -> Ended {
        let (mut stdout, mut stderr) = (String::new(), String::new());
        self.stdout.read_to_string(&mut stdout).unwrap();
        self.child.stderr.take().unwrap().read_to_string(&mut stderr).unwrap();
        Ended { code: self.child.wait().unwrap().code(), stdout, stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
