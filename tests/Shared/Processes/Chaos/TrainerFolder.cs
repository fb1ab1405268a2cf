using System.Runtime.InteropServices;

namespace Sweep.Processes.Chaos;

/// <summary>
/// A silo's own folder for <c>--trainer</c>, whose program starts the built one: what is done to it is felt by this silo alone. It also bounds the
/// addresses of a trainer, so that a trial that is too large for any machine is refused its memory, in place of taking that of this one.
/// </summary>
public sealed class TrainerFolder
{
    /// <summary>The .NET runtime reserves most of it and uses little.</summary>
    private const int AddressKibibytes = 48 << 20;

    private const UnixFileMode Executable =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute
        | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute;

    private static readonly string Dotnet =
        System.IO.Path.GetFullPath(System.IO.Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", "dotnet"));

    public TrainerFolder(string path)
    {
        Path = path;
        Directory.CreateDirectory(path);
        Allow();
    }

    /// <summary>The ways in which no trainer can be started.</summary>
    public enum Obstacle
    {
        /// <summary>The program has no right to be executed.</summary>
        NoRight,

        /// <summary>The program is not there.</summary>
        Missing,

        /// <summary>The program ends before it is ready.</summary>
        EndsAtOnce,
    }

    public string Path { get; }

    private string Program => System.IO.Path.Combine(Path, "Sweep.Trainer");

    /// <summary>No trainer can be started until <see cref="Allow"/>.</summary>
    public void Forbid(Obstacle obstacle)
    {
        switch (obstacle)
        {
            case Obstacle.NoRight:
                File.SetUnixFileMode(Program, UnixFileMode.UserRead | UnixFileMode.UserWrite);
                break;
            case Obstacle.Missing:
                File.Delete(Program);
                break;
            default:
                Write("echo 'no driver today' >&2; exit 70");
                break;
        }
    }

    public void Allow() => Write($"ulimit -S -v {AddressKibibytes}; exec '{Dotnet}' '{BuiltPrograms.Trainer}'");

    /// <summary>In one move: a silo starts the whole program or the one before.</summary>
    private void Write(string command)
    {
        var draft = Program + ".new";
        File.WriteAllText(draft, $"#!/bin/sh\n{command}\n");
        File.SetUnixFileMode(draft, Executable);
        File.Move(draft, Program, overwrite: true);
    }
}
