using System.Diagnostics;
using Sweep.Domain.Programs;

namespace Sweep.Runner.Processes;

/// <summary>
/// Sees to it that no process of a program outlives this one, however this one ends. While it lives, it finds the descendants itself, those
/// that have detached themselves too. A shell waits for its end, also by SIGKILL, and then kills every process of the program's session,
/// and every one that has the variable <see cref="ProgramEnvironment.Mark"/> with this runner's mark, and removes the scratch folder.
/// </summary>
internal sealed class ProcessGuard : IDisposable
{
    private const string Script = """
        exec >/dev/null 2>&1
        session=0
        while read -r next; do session=$next; done
        round=0
        while [ "$round" -lt 100 ]; do
          round=$((round + 1))
          found=
          for file in $(
            grep -lzsF "$1" /proc/[0-9]*/environ
            [ "$session" -gt 0 ] && grep -lzsE "\) [^Z] [0-9]+ [0-9]+ $session " /proc/[0-9]*/stat
          ); do
            process=${file%/*}
            kill -9 "${process#/proc/}" && found=1
          done
          [ -z "$found" ] && break
          sleep 0.05
        done
        chmod -R u+rwx -- "$2"
        rm -rf -- "$2"
        """;

    /// <summary>The session of no program.</summary>
    public const int Nothing = 0;

    private readonly Lock _making = new();
    private readonly Process _shell;

    private ProcessGuard(string mark, Process shell) => (Mark, _shell) = (mark, shell);

    /// <summary>The value of <see cref="ProgramEnvironment.Mark"/>.</summary>
    public string Mark { get; }

    /// <param name="scratch">The folder that is removed in the end.</param>
    public static ProcessGuard Start(string scratch)
    {
        NativeCalls.AdoptOrphans();
        var mark = $"{Environment.ProcessId}-{Guid.NewGuid():N}";
        // In a session of its own it gets no signal that is meant for this process's group.
        var start = new ProcessStartInfo("setsid", ["sh", "-c", Script, "sh", $"{ProgramEnvironment.Mark}={mark}", scratch])
        {
            RedirectStandardInput = true,
        };
        var path = Environment.GetEnvironmentVariable("PATH");
        start.Environment.Clear();
        start.Environment["PATH"] = path;
        return new(mark, Process.Start(start)!);
    }

    /// <summary>
    /// Starts a program or makes files for it, unless this process is at its end: then it never returns. What is made without this could
    /// come after the scratch folder is removed.
    /// </summary>
    public T Make<T>(Func<T> make)
    {
        lock (_making)
            return make();
    }

    /// <summary>Says which session is to be killed when this process ends.</summary>
    /// <param name="session">That of a program, or <see cref="Nothing"/>.</param>
    public void Watch(int session)
    {
        lock (_making)
            _shell.StandardInput.WriteLine(session);
    }

    /// <summary>Ends this process with all that it started. A second call waits for the end that the first one brings.</summary>
    public void End(int exitCode)
    {
        // It is never released, so that nothing is made any more.
        _making.Enter();
        // The shell removes the folders, and kills what is left where this process is killed before it can.
        KillAllAsync(main: 0).Wait(TimeSpan.FromSeconds(5));
        Dispose();
        NativeCalls.ExitAtOnce(exitCode);
    }

    /// <summary>
    /// The processes of programs. The guard's own are left out: when this process is at its end, another task may still kill what is left
    /// of a program, and must not kill what removes the scratch folder.
    /// </summary>
    public IReadOnlyList<ProcessEntry> Descendants() => ProcessTree.Of(Environment.ProcessId, except: _shell.Id);

    /// <summary>
    /// Takes the exit codes of those whose own parent has ended before them, so that a program which leaves many does not use up the
    /// numbers of processes.
    /// </summary>
    /// <param name="descendants">Some of <see cref="Descendants"/>.</param>
    /// <param name="main">The process of the program, whose exit code is taken by its own object.</param>
    public void Reap(IEnumerable<ProcessEntry> descendants, int main)
    {
        foreach (var entry in descendants)
        {
            if (entry.State == 'Z' && entry.Parent == Environment.ProcessId && entry.Id != main)
                NativeCalls.Reap(entry.Id);
        }
    }

    /// <summary>Kills every process of programs, and waits until none is left.</summary>
    /// <param name="main">The process of the program, whose exit code is taken by its own object.</param>
    /// <returns>False when one is left after five seconds, for example one that waits for a disk.</returns>
    public async Task<bool> KillAllAsync(int main)
    {
        for (var end = DateTime.UtcNow.AddSeconds(5); ;)
        {
            var left = Descendants().Where(entry => entry.Id != main).ToList();
            foreach (var entry in left.Where(entry => entry.State != 'Z'))
                NativeCalls.Signal(entry.Id, NativeCalls.KillAtOnce);
            Reap(left, main);

            if (left.Count == 0 || DateTime.UtcNow > end)
                return left.Count == 0;
            await Task.Delay(2);
        }
    }

    /// <summary>Lets the guard remove the scratch folder, and ends it.</summary>
    public void Dispose()
    {
        _shell.StandardInput.Close();
        _shell.WaitForExit(TimeSpan.FromSeconds(10));
        _shell.Dispose();
    }
}
