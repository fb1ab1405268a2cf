namespace Sweep.Runner.Processes;

/// <summary>Finds the file of a command as a shell does, so that a missing one is told from a program that fails.</summary>
internal static class CommandPath
{
    private const UnixFileMode Executable = UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;

    /// <param name="folder">The folder to which a name with a slash is relative.</param>
    /// <param name="path">The folders of the variable PATH, in which a name without a slash is looked for.</param>
    /// <exception cref="CommandNotFoundException">There is no such file, or it may not be run.</exception>
    public static string Find(string command, string folder, string path)
    {
        if (command.Contains('/'))
        {
            var file = Path.Combine(folder, command);
            if (!File.Exists(file))
                throw new CommandNotFoundException($"{command}: there is no such file in the program's folder.");
            return IsExecutable(file) ? file : throw new CommandNotFoundException(
                $"{command}: it may not be executed; chmod +x it, or name its interpreter first, such as python3.");
        }

        return path.Split(':', StringSplitOptions.RemoveEmptyEntries)
            .Select(name => Path.Combine(name, command))
            .FirstOrDefault(file => File.Exists(file) && IsExecutable(file))
            ?? throw new CommandNotFoundException(
                File.Exists(Path.Combine(folder, command))
                    ? $"{command}: it is not on the PATH; for the file in the program's folder write ./{command}."
                    : $"{command}: there is no such program on the PATH ({path}).");
    }

    private static bool IsExecutable(string file) => (File.GetUnixFileMode(file) & Executable) != 0;
}

/// <summary>The command of a program cannot be started on this machine.</summary>
internal sealed class CommandNotFoundException(string message) : Exception(message);
