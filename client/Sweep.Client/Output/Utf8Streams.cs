using System.Text;

namespace Sweep.Client.Output;

/// <summary>What goes into a pipe or a file, and comes from one, is UTF-8. Only a terminal has the encoding of the locale.</summary>
internal static class Utf8Streams
{
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    /// <summary>To be called before anything is read or written.</summary>
    public static void Force()
    {
        if (Console.IsOutputRedirected)
            Console.SetOut(new StreamWriter(Console.OpenStandardOutput(), Utf8) { AutoFlush = true });
        if (Console.IsErrorRedirected)
            Console.SetError(new StreamWriter(Console.OpenStandardError(), Utf8) { AutoFlush = true });
        if (Console.IsInputRedirected)
            Console.InputEncoding = Utf8;
    }
}
